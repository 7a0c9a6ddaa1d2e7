import { readFileSync } from "node:fs";
import { join } from "node:path";
import { engines } from "../../package.json";
import { run } from "../../scripts/lib/process.js";
import { PROGRAM } from "../../scripts/lib/project.js";

// What is loaded from the disk, by the Node that runs the tests: `npm run test:node` runs this on others.

jest.setTimeout(60_000);
const node = (...args: string[]) => run(process.execPath, args, { cwd: PROGRAM });
const COMMANDS = ["setup", "deploy", "status", "bootstrap", "secrets", "add-service"];

test("the program loads as the engine starts it, with the providers' packages", async () => {
  const script = `
    const { registerHost } = require("./components/roles.ts");
    console.log(typeof require("./index.ts"), typeof registerHost);`;
  const { exitCode, stdout, stderr } = await node("--require", "./start.cjs", "--eval", script);
  expect([exitCode, stderr, stdout]).toEqual([0, "", "function function\n"]);
});

test("packages that are ES modules load from a command: the prompts, the live table, the Automation API", async () => {
  const script = `
    Promise.all(["@clack/prompts", "log-update", "@pulumi/pulumi/automation/index.js"].map((name) => import(name)))
      .then(([prompts, update, automation]) => {
        console.log(typeof prompts.text, typeof update.default, typeof automation.LocalWorkspace);
      });`;
  const { exitCode, stdout } = await node("--import", "tsx", "--eval", script);
  expect([exitCode, stdout]).toEqual([0, "function function function\n"]);
});

test("commands start", async () => {
  const tsx = join(PROGRAM, "node_modules/tsx/dist/cli.mjs");
  const results = await Promise.all(
    COMMANDS.map((name) => node(tsx, join(PROGRAM, `scripts/${name}/command.ts`), "--help")),
  );
  for (const [i, { exitCode, stdout, stderr }] of results.entries()) {
    expect([exitCode, stderr, stdout]).toEqual([0, "", expect.stringContaining(`npm run ${COMMANDS[i] ?? ""} --`)]);
  }
});

test("one oldest version of Node is asked for everywhere", () => {
  const oldest = engines.node.replace(/^>=/, "");
  const read = (file: string): string => readFileSync(join(PROGRAM, file), "utf8");
  for (const file of ["README.md", "CONTRIBUTING.md", "docs/setup.md", "lab/README.md"]) {
    expect([file, /Node (\d+\.\d+) or later/.exec(read(file))?.[1]]).toEqual([file, oldest]);
  }
  expect(/^wanted=(.*)$/m.exec(read("scripts/node-modules.sh"))?.[1]).toBe(oldest);
  const [, tested = ""] = /^if .* versions=\((.*)\)/m.exec(read("scripts/test-node.sh")) ?? [];
  expect(tested.split(" ")).toContain(read(".nvmrc").trim());
  expect(read("README.md")).toContain(`(${tested.split(" ").join(" and ")} are what Pulumi asks for)`);
});
