import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DOCUMENT, withTable } from "../../scripts/docs/watched.js";
import { PROGRAM } from "../../scripts/lib/project.js";

test("the table of what is watched is that of the settings: `npm run docs` writes it", () => {
  const text = readFileSync(join(PROGRAM, DOCUMENT), "utf8");
  expect(text).toBe(withTable(text));
});
