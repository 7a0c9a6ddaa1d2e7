import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadHomelab } from "../../model/load.js";
import type { Expectation, TailnetModel } from "../../model/tailnet/types.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { LabError } from "../lab-error.js";
import type { Lab } from "../lab.js";

/** An attempt over the tailnet, and whether it got there. */
export interface Attempt {
  readonly expected: Expectation;
  readonly open: boolean;
}

/** The tailnet that a project declares. @throws LabError if it has none */
export function tailnetOf(stack: PulumiStack): TailnetModel {
  const { tailnet } = loadHomelab(stack.name, [stack.directory, PROGRAM]);
  if (tailnet === undefined) {
    throw new LabError("the project declares no tailnet");
  }
  return tailnet;
}

/** Seconds until a port that should be open counts as shut; a busy machine takes its time. */
const OPEN_SECONDS = 20;
/** The same of one that should be shut, for which every attempt has to wait. */
const SHUT_SECONDS = 3;
/** For all attempts of one machine. */
const TRIAL_MS = 300_000;

/**
 * Tries all that is expected of hosts and of people with a phone: each at every port of TCP of every host that joins.
 *
 * @param people who has a phone, as `anna`
 * @throws LabError if a machine could not try
 */
export async function tryTailnet(lab: Lab, tailnet: TailnetModel, people: readonly string[]): Promise<Attempt[]> {
  const script = await readFile(join(__dirname, "try-ports"), "utf8");
  const visitors: readonly { readonly name: string; readonly phone?: string }[] = [
    ...people.map((name) => ({ name: `${name}@`, phone: name })),
    ...tailnet.joins.map((name) => ({ name })),
  ];
  const attempts = visitors.map(async (visitor): Promise<Attempt[]> => {
    const own = tailnet.expectations.filter(
      (it) => it.visitor.name === visitor.name && it.protocol === "tcp" && tailnet.joins.includes(it.host),
    );
    const input = own.map(({ host, port, open }) => `${host} ${port} ${open ? OPEN_SECONDS : SHUT_SECONDS}\n`).join("");
    const argv = ["bash", "-c", script];
    const options = { input, timeoutMs: TRIAL_MS };
    const { exitCode, stdout, stderr } = await (visitor.phone !== undefined
      ? lab.onPhone(visitor.phone, argv, options)
      : lab.ssh(visitor.name, argv, options));
    if (exitCode !== 0) {
      throw new LabError(`${visitor.name} could not try: ${stderr}`);
    }
    const answered = new Set(stdout.split("\n"));
    return own.map((expected) => ({ expected, open: answered.has(`${expected.host} ${expected.port}`) }));
  });
  return (await Promise.all(attempts)).flat();
}
