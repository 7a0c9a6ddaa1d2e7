import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { PROGRAM } from "../../scripts/lib/project.js";

// `npm ci --omit=dev` leaves a program that deploys, and commands that work.

const manifest = z
  .object({ dependencies: z.record(z.string(), z.string()), scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(PROGRAM, "package.json"), "utf8")));
const dependencies = Object.keys(manifest.dependencies);

const filesBelow = (folder: string): string[] =>
  readdirSync(join(PROGRAM, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(folder, path));
const FILES = [
  "index.ts",
  "start.cjs",
  "trim-packages.cjs",
  ...["components", "hosts", "model", "scripts"].flatMap(filesBelow),
];

/** Packages that a file imports, by `from "x"`, `import "x"` or `import("x")`; none of Node's own, no relative paths. */
function packagesOf(file: string): string[] {
  const text = readFileSync(join(PROGRAM, file), "utf8");
  return [...text.matchAll(/\b(?:from|import|require)(?:\s+|\s*\(\s*)"([^."][^"]*)"/g)]
    .map(([, name = ""]) =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/"),
    )
    .filter((name) => !name.startsWith("node:"));
}

test("what the program and the commands import is a dependency, not one for development only", () => {
  const missing = FILES.flatMap((file) =>
    packagesOf(file)
      .filter((name) => !dependencies.includes(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(missing).toEqual([]);
  expect(packagesOf("index.ts")).toContain("@pulumi/pulumi"); // else the pattern finds nothing any more
});

test("so is what runs them", () => {
  const commands = Object.values(manifest.scripts).filter((script) => /\bscripts\/.*\.ts$/.test(script));
  expect([commands.length > 5, commands.filter((script) => !script.startsWith("node scripts/run.cjs "))]).toEqual([
    true,
    [],
  ]);
  const runners = packagesOf("scripts/run.cjs");
  expect(runners).toContain("tsx");
  expect(dependencies).toEqual(expect.arrayContaining([...runners, "pulumi"]));
});
