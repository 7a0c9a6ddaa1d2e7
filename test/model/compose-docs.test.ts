import { readFileSync } from "node:fs";
import { join } from "node:path";
import { service } from "../../model/compose/service.js";
import { DIFFERENCES } from "../lab/parity/differences.js";
import { withRefused } from "../../scripts/docs/refused.js";

const page = readFileSync(join(__dirname, "../../docs/compose.md"), "utf8");
/** The rows of a section's first table, without its head. */
function rows(section: string): string[][] {
  const text = page.split(`## ${section}\n`)[1]?.split("\n## ")[0] ?? "";
  return text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(1)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
const keys = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, key = ""]) => key);

test("docs/compose.md lists exactly the supported keys of a service", () => {
  const listed = rows("Of a service").flatMap(([cell]) => keys(cell));
  expect(listed.sort()).toEqual(Object.keys(service.unwrap().shape).sort());
});

test("docs/compose.md has the reasons that the messages give", () => {
  expect(withRefused(page)).toBe(page);
});

test("docs/compose.md lists the differences that the lab's test allows", () => {
  expect(rows("Different from `docker compose up`")).toEqual(DIFFERENCES.map(({ row }) => row));
});
