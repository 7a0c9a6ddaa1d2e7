import { join } from "node:path";
import { bin, scripts } from "../../package.json";
import { helpText } from "../../scripts/help/help.js";
import { planOf } from "../../scripts/homelab/plan.js";
import { COMMAND_NAMES } from "../../scripts/lib/commands.js";
import { UserError } from "../../scripts/lib/command.js";
import { run } from "../../scripts/lib/process.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { PROGRAM } from "../../scripts/lib/project.js";

jest.setTimeout(60_000);
const homelab = (...args: string[]): Promise<RunResult> =>
  run(process.execPath, [join(PROGRAM, bin.homelab), ...args], { cwd: __dirname });

test("the list of commands is that of package.json", () => {
  expect([...COMMAND_NAMES].sort()).toEqual(Object.keys(scripts).sort());
});

test("help has a line for each command, which fits a terminal", () => {
  const lines = helpText().split("\n");
  for (const name of COMMAND_NAMES) {
    expect(lines.filter((line) => line.startsWith(`  ${name} `))).toHaveLength(1);
  }
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
});

test("homelab NAME runs what npm would", () => {
  expect(planOf("status")).toEqual({ file: join(PROGRAM, "scripts/status/command.ts") });
  expect(planOf("test:unit")).toEqual({ program: "bash", args: ["scripts/test.sh", "unit"] });
  expect(() => planOf("statsu")).toThrow(new UserError('There is no command "statsu": write "status"'));
  expect(() => planOf("toString")).toThrow(UserError);
});

test("homelab passes on arguments, says how it was called, and which commands there are", async () => {
  const [version, none, unknown] = await Promise.all([
    homelab("logs", "--help"),
    homelab(),
    homelab("no-such-command"),
  ]);
  expect([version.exitCode, version.stdout]).toEqual([
    0,
    expect.stringMatching(/^Usage: npx homelab logs \[options\] <service>/),
  ]);
  expect([none.exitCode, none.stdout]).toEqual([0, `${helpText()}\n`]);
  expect([unknown.exitCode, unknown.stdout, unknown.stderr]).toEqual([
    1,
    "",
    expect.stringMatching(/^There is no command "no-such-command": known here: /),
  ]);
});
