import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { commandLine } from "../../model/command-line.js";
import { HELPER_BIN } from "../../model/helper.js";
import { SERVICE_LABEL } from "../../model/labels.js";
import { lastLine, runOn } from "../../hosts/ssh.js";
import type { HostModel } from "../../model/types.js";
import type { PulumiStack } from "../lib/pulumi-stack.js";
import { UserError } from "../lib/command.js";

// Hosts keep copies of the engine's state. Without the state the engine would take all that runs for somebody else's work
// and recreate it; with the copy, a deployment from another machine continues where the last one ended.

const COPIES = 2;
const SSH_SECONDS = 60;

/** What is read of a state here; the rest is the engine's business. */
const stateOfEngine = z.object({
  deployment: z.object({ manifest: z.object({ time: z.iso.datetime({ offset: true }) }) }),
});

/** A copy that a host keeps. */
interface Copy {
  readonly host: string;
  /** When the state was written. */
  readonly time: Date;
  /** As the engine exports it: its secrets are encrypted. */
  readonly text: string;
}

/**
 * Puts a copy of the state on the first two of these hosts that take it.
 *
 * @param on runs a command on a host
 * @returns why there are fewer copies; undefined if there are two, or one where there is only one host
 */
export async function keepCopies(
  stack: Pick<PulumiStack, "name" | "exportState">,
  hosts: readonly HostModel[],
  on: typeof runOn = runOn,
): Promise<string | undefined> {
  const input = await promisify(gzip)(await stack.exportState());
  const reasons: string[] = [];
  let kept = 0;
  for (const host of hosts) {
    const { ok, stderr } = await on(host, [`${HELPER_BIN}/keep-state`, stack.name], SSH_SECONDS, { input });
    kept += ok ? 1 : 0;
    if (kept === COPIES) {
      break;
    }
    if (!ok) {
      reasons.push(`${host.name}: ${lastLine(stderr) || "no answer"}`);
    }
  }
  return kept === Math.min(COPIES, hosts.length)
    ? undefined
    : `${kept === 0 ? "no host keeps" : "only one host keeps"} a copy of the state (${reasons.join("; ")})`;
}

/**
 * Takes the newest copy that a host keeps where the stack has no state. Where it has one, nothing is changed.
 *
 * @param on runs a command on a host
 * @returns what was done, or what to do where containers of the stack run and no host has a copy; undefined for neither
 * @throws UserError if the engine does not take the copy
 */
export async function recoverState(
  stack: Pick<PulumiStack, "name" | "isEmpty" | "importState">,
  hosts: readonly HostModel[],
  on: typeof runOn = runOn,
): Promise<string | undefined> {
  return (await stack.isEmpty()) ? ((await takeCopy(stack, hosts, on)) ?? lossOf(stack.name, hosts, on)) : undefined;
}

/** What is there of a stack that has lost its state and all copies: a deployment would recreate it. */
async function lossOf(stack: string, hosts: readonly HostModel[], on: typeof runOn): Promise<string | undefined> {
  const ours = ["docker", "ps", "--all", "--quiet", "--filter", `label=${SERVICE_LABEL}`];
  const running = await Promise.all(
    hosts.map(async (host) => {
      const { ok, stdout } = await on(host, ours, SSH_SECONDS);
      return ok && stdout.trim() !== "" ? [host.name] : [];
    }),
  );
  const names = running.flat();
  return names.length === 0
    ? undefined
    : `The stack "${stack}" has no state, and no host keeps a copy. What runs already on ${names.join(", ")} would be recreated.\n` +
        `To take it over as it is:\n-> ${commandLine("deploy", stack, "--recover")}`;
}

/**
 * Takes the newest copy of the state that a host keeps, for a stack that has none.
 *
 * @returns what was done, in a sentence; undefined where no host has a copy
 * @throws UserError if the engine does not take the copy
 */
export async function takeCopy(
  stack: Pick<PulumiStack, "name" | "importState">,
  hosts: readonly HostModel[],
  on: typeof runOn = runOn,
): Promise<string | undefined> {
  const copies = (await Promise.all(hosts.map((host) => copyOn(host, stack.name, on)))).filter(
    (it) => it !== undefined,
  );
  const newest = copies.sort((a, b) => b.time.getTime() - a.time.getTime())[0];
  if (newest === undefined) {
    return undefined;
  }
  const found = `The stack "${stack.name}" has no state, and ${newest.host} keeps a copy of ${newest.time.toISOString()}`;
  try {
    await stack.importState(newest.text);
  } catch (error) {
    const why = error instanceof UserError ? error.message : String(error);
    throw new UserError(
      `${found}, which the engine rejects.\n${why}\n` +
        `Deploy again with the passphrase that it was made with. Or rebuild the state from what runs on the hosts:\n` +
        `-> ${commandLine("deploy", stack.name, "--recover")}\n` +
        `Or recreate every container, which keeps the data in its volumes:\n` +
        `-> ${commandLine("deploy", stack.name, "--no-copy")}`,
    );
  }
  return `${found}: the deployment continues from there.`;
}

async function copyOn(host: HostModel, stack: string, on: typeof runOn): Promise<Copy | undefined> {
  const command = ["base64", "--wrap=0", `.homelab/state/${stack}.json.gz`];
  const { ok, stdout } = await on(host, command, SSH_SECONDS);
  if (!ok) {
    return undefined;
  }
  try {
    const text = (await promisify(gunzip)(Buffer.from(stdout, "base64"))).toString();
    const state = stateOfEngine.parse(JSON.parse(text));
    return { host: host.name, time: new Date(state.deployment.manifest.time), text };
  } catch {
    return undefined; // damaged: another host may have a whole one
  }
}
