import { readFileSync } from "node:fs";
import { join } from "node:path";

const read = (file: string): string => readFileSync(join(__dirname, "../..", file), "utf8");

test("docs/verified.md says works only of images that the lab answers with the real program", () => {
  const catalogue = read("lab/images/catalog.txt")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim().split(/\s+/))
    .filter(([reference]) => reference !== undefined && reference !== "");
  const expected = catalogue.map(([reference, recipe]) => [reference, recipe === "standin" ? "deployed" : "works"]);

  const table = read("docs/verified.md").split("## The engine")[0] ?? "";
  const said = [...table.matchAll(/^\| (\S+:\S+) \| (\w+) \|/gm)].map(([, reference, status]) => [reference, status]);
  expect(said.sort()).toEqual(expected.sort());
});
