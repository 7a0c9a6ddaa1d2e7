import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { run } from "../../scripts/lib/process.js";

// The gate for workflows refuses what each of its programs is there for.

const REPOSITORY = join(__dirname, "../..");
const GATE = "scripts/lint-workflows.sh";
const PARTS = [".github", ".woodpecker", "renovate.json", GATE, "scripts/lint-workflows.txt"];
const PROGRAMS = ["scripts/actionlint", "lab/go-program.sh", "lab/offline"];
const DRIFT = ".github/workflows/drift.yml";

let copy: string;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), "workflows-"));
  for (const part of [...PARTS, ...PROGRAMS]) {
    cpSync(join(REPOSITORY, part), join(copy, part), { recursive: true });
  }
});
afterEach(() => {
  rmSync(copy, { recursive: true });
});

test.each([
  ["an expression that names nothing", "github.token", "github.tokn", 'property "tokn" is not defined'],
  ["a runner that nobody has", /runs-on: .*/, "runs-on: ubuntu-24.40", 'label "ubuntu-24.40" is unknown'],
  ["a mistake in a shell script", "run: npm ci --ignore-scripts", "run: npm ci $HOME", "SC2086"],
  ["a key that no workflow has", "timeout-minutes:", "timeout-minuts:", "timeout-minuts"],
  ["an action by a tag that can be moved", /checkout@[0-9a-f]{40}/, "checkout@v5", "unpinned-uses"],
  ["a line that is too long", "# Each night:", `# Each night${" and day".repeat(20)}:`, "line too long"],
])(
  "%s is refused",
  async (_, right, wrong, said) => {
    const file = join(copy, DRIFT);
    const before = readFileSync(file, "utf8");
    const broken = before.replace(right, wrong);
    expect(broken).not.toBe(before);
    writeFileSync(file, broken);
    const { exitCode, stdout, stderr } = await run("bash", [join(copy, GATE)]);
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain(said);
  },
  120_000,
);

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#concurrency */
const concurrent = z.looseObject({
  concurrency: z.strictObject({ group: z.string(), "cancel-in-progress": z.boolean(), queue: z.string().optional() }),
  jobs: z.record(z.string(), z.looseObject({ concurrency: z.never().optional() })),
});
const WORKFLOWS = join(REPOSITORY, ".github/workflows");
const concurrency = new Map(
  readdirSync(WORKFLOWS).map((file) => {
    const text = readFileSync(join(WORKFLOWS, file), "utf8");
    return [file, concurrent.parse(parse(text)).concurrency] as const;
  }),
);

test("no run of a workflow can cancel one of another: each has a group of its own", () => {
  // Case does not count there, and a group that is an expression begins with a word of its own.
  const groups = [...concurrency.values()].map(({ group }) => group.toLowerCase().replace(/-?\$\{\{.*$/, ""));
  expect(groups.length).toBeGreaterThan(3);
  expect(groups).not.toContain("");
  expect(new Set(groups).size).toBe(groups.length);
});

test("a deployment is cancelled neither while it runs nor while it waits for another one", () => {
  expect(concurrency.get("deploy.yml")).toMatchObject({ "cancel-in-progress": false, queue: "max" });
});
