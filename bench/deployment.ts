import { join } from "node:path";
import type { Lab } from "../lab/lab.js";
import { prepareProject } from "../lab/project.js";
import { argvOf, PROGRAM } from "../scripts/lib/project.js";
import type { PulumiStack } from "../scripts/lib/pulumi-stack.js";
import { measure } from "./measure.js";
import type { Command } from "./measure.js";
import { HEADER, row, table } from "./statistics.js";
import type { Sample } from "./statistics.js";

/** A command of the engine. */
export function pulumi({ directory, name, env }: PulumiStack, ...args: string[]): Command {
  const flags = ["--stack", name, "--non-interactive", "--color", "never"];
  return { argv: [join(PROGRAM, "node_modules/.bin/pulumi"), ...args, ...flags], cwd: directory, env };
}

/** `up` as every entry point runs it. */
export const up = (stack: PulumiStack): Command =>
  pulumi(stack, "up", "--yes", "--skip-preview", "--continue-on-error");

/** How long the things take that people wait for, when there is nothing to do. */
export async function benchDeployment(lab: Lab, runs: number): Promise<string> {
  const stack = await prepareProject(lab);
  await measure(up(stack)); // what an earlier run left
  const { directory, name, env } = stack;
  return interleaved(
    {
      "`pulumi preview`": pulumi(stack, "preview"),
      "`pulumi up`": up(stack),
      "`pulumi up` with its preview": pulumi(stack, "up", "--yes"),
      "`npm run drift`": { argv: [...argvOf("drift"), "--stack", name], cwd: directory, env },
    },
    runs,
    lab,
  );
}

/** Runs commands in turn, so that what else the machine does meets all of them alike. */
async function interleaved(commands: Readonly<Record<string, Command>>, runs: number, lab: Lab): Promise<string> {
  const samples = new Map<string, Sample[]>(Object.keys(commands).map((name) => [name, []]));
  for (let i = 0; i < runs; i++) {
    for (const [name, command] of Object.entries(commands)) {
      samples.get(name)?.push(await measure(command, lab));
    }
  }
  return table(
    HEADER,
    [...samples].map(([name, it]) => row(name, it)),
  );
}
