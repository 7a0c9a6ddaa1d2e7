import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

interface Lint {
  readonly LAYERS: readonly (readonly string[])[];
  readonly reports: readonly (readonly [importer: string, imported: string, rule: string])[];
}

// ESLint is ESM, so it runs beside jest; once, for all tests here.
const { LAYERS, reports } = JSON.parse(
  execFileSync(process.execPath, [join(__dirname, "imports.mjs")], { encoding: "utf8" }),
) as Lint;
const rooms = LAYERS.flat();
const refused = new Set(
  reports.flatMap(([importer, imported, rule]) =>
    rule === "import-x/no-restricted-paths" ? [`${importer} imports ${imported}`] : [],
  ),
);

test("every direction that the table forbids is reported, and no other", () => {
  const rowOf = (room: string): number => LAYERS.findIndex((row) => row.includes(room));
  const expected = rooms.flatMap((importer) =>
    rooms
      .filter((imported) => imported !== importer && rowOf(imported) >= rowOf(importer))
      .map((imported) => `${importer} imports ${imported}`),
  );
  expect([...refused].sort()).toEqual(expected.sort());
});

test.each([
  ["model/yaml", "model/compose"],
  ["model/compose", "model/config"],
  ["model/config", "model/services"],
  ["model/services", "model/shares"],
  ["model/shares", "model/build.ts"],
  ["model/text.ts", "model/yaml"],
  ["model/outputs", "hosts"],
  ["hosts", "components"],
  ["hosts", "tailnet"],
  ["tailnet", "hosts"],
  ["model/tailnet", "model/settings"],
  ["components", "scripts"],
  ["scripts", "components"],
  ["components", "lab"],
  ["scripts", "lab"],
  ["index.ts", "lab"],
  ["lab", "test"],
])("%s must not import from %s", (importer, imported) => {
  expect(refused).toContain(`${importer} imports ${imported}`);
});

test("a circle of imports is reported", () => {
  expect(reports).toContainEqual(["model/text.ts", "model/compose", "import-x/no-cycle"]);
});

test("every file is in a room", () => {
  const folders = ["model", "hosts", "tailnet", "components", "scripts", "lab", "bench"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${folder}/${file}`),
  );
  const homeless = files.filter((file) => !rooms.some((room) => file === room || file.startsWith(`${room}/`)));
  expect(homeless).toEqual(["model/types.ts"]);
});
