// start.cjs under the real engine and SDK: what it leaves out is never missed, and nothing that a bug tells is lost.
import * as fs from "node:fs";
import * as path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { repository, Workbench } from "./workbench";
import type { Run } from "./workbench";

jest.setTimeout(120_000);

const bench = new Workbench();

beforeAll(() => {
  bench.makeProject();
  const runtime = { name: "nodejs", options: { typescript: false, nodeargs: `--require ${repository}/start.cjs` } };
  fs.writeFileSync(bench.path("project/Pulumi.yaml"), JSON.stringify({ name: "start-test", runtime }));
  bench.pulumi("stack", "init", "test");
});

afterAll(() => {
  bench.close();
});

/** A preview of a program with these lines in its main function, the first of which is line 9 of index.ts. */
function preview(lines: string[], ...flags: string[]): Run {
  const program = [
    'import * as pulumi from "@pulumi/pulumi";',
    'import limit from "p-limit";',
    "interface Typed {",
    "  readonly value: string;",
    "}",
    "type Outputs = Record<string, unknown>;",
    "// Types are stripped, which moves lines unless source maps move them back.",
    "async function main(): Promise<Outputs> {",
    ...lines,
    "}",
    "module.exports = main;",
  ];
  fs.writeFileSync(bench.path("project/index.ts"), program.join("\n"));
  return bench.pulumi("preview", "--stack", "test", "--color", "never", "--show-reads", ...flags);
}

const INDEX = path.join(fs.realpathSync(bench.directory), "project/index.ts");

test("a bug's trace names the lines of the TypeScript", () => {
  const { status, text } = preview([
    "const it = { value: 'a bug' } as Typed | undefined;",
    "throw new Error(it?.value);",
  ]);
  expect(status).not.toBe(0);
  expect(text).toContain("a bug");
  expect(stripVTControlCharacters(text)).toContain(`at main (${INDEX}:10:7)`);
});

describe("a promise that never ends", () => {
  const never = ["new pulumi.ComponentResource('a:b:C', 'c', {}, { dependsOn: new Promise(() => undefined) });"];
  const lines = [...never, "return {};"];

  test("fails the run, which says of which resource it is", () => {
    const { status, text } = preview(lines);
    expect(status).not.toBe(0);
    expect(text).toMatch(/"c" \[a:b:C\] was waiting for its dependencies/);
    expect(text).not.toContain("STACK_TRACE");
  });

  test("is shown with its trace to who asks for it", () => {
    process.env["PULUMI_DEBUG_PROMISE_LEAKS"] = "true";
    const { text } = preview(lines);
    delete process.env["PULUMI_DEBUG_PROMISE_LEAKS"];
    expect(text).toContain("STACK_TRACE");
    expect(text).toContain(`${INDEX}:9:1`);
  });
});

test("the compilers and tracers of the SDK are left out", () => {
  const { text } = preview([
    "const packages = Object.keys(require.cache).map((it) => it.split('/node_modules/').at(-1) ?? '');",
    "const unwanted = packages.filter((it) => /^(typescript|@npmcli|@opentelemetry.(?!api))/.test(it));",
    "return { unwanted: unwanted.join(' ') || 'none', esm: await limit(1)(() => 'was loaded') };",
  ]);
  expect(text).toMatch(/esm +: "was loaded"/);
  expect(text).toMatch(/unwanted *: "none"/);
});

test("they are there when they are needed", () => {
  const { text } = preview([
    "const { text } = await pulumi.runtime.serializeFunction(() => 42);",
    "return { text: /return (.*);/.exec(text)?.[1], automation: pulumi.automation.LocalWorkspace.name, provider: typeof pulumi.provider.main };",
  ]);
  expect(text).toMatch(/automation *: "LocalWorkspace"/);
  expect(text).toMatch(/provider *: "function"/);
  expect(text).toMatch(/text *: "\(\)=>42"/);
});

test("tracing starts and ends", () => {
  const tracing = "const it = require('@pulumi/pulumi/cmd/run/tracing');";
  const script = `${tracing} it.start('http://127.0.0.1:9/spans'); it.newSpan('span').end(); it.stop();`;
  const { status, text } = bench.run("node", ["--require", path.join(repository, "start.cjs"), "-e", script]);
  expect(`${text}${String(status)}`).toBe("0");
});
