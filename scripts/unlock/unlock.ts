import { commandLine } from "../../model/command-line.js";
import { UserError } from "../lib/command.js";
import { holdersIn, whereaboutsOf } from "../lib/lock.js";
import type { LockHolder } from "../lib/lock.js";
import type { PulumiStack } from "../lib/pulumi-stack.js";

/**
 * Who holds the locks of a stack.
 *
 * @throws UserError if the engine does not say
 */
export async function locksOf(stack: PulumiStack): Promise<LockHolder[]> {
  // No command of the engine lists locks, and only one that takes the lock looks at them. This one takes it, finds that
  // there is a stack of this name, its own, and changes nothing.
  const { stdout, stderr } = await stack.run(["stack", "rename", stack.name]);
  const output = stdout + stderr;
  if (/a stack named \S+ already exists/.test(output)) {
    return [];
  }
  const holders = holdersIn(output) ?? [];
  if (holders.length === 0) {
    throw new UserError(`The engine does not say whether the stack ${stack.name} is locked:\n${output.trim()}`);
  }
  return holders;
}

/** A lock with its owner, as in "pi on laptop, process 4711, since 2026-11-29T08:00:00Z". */
export const describeLock = ({ user, machine, pid, since }: LockHolder): string =>
  `${user} on ${machine}, process ${pid}${since === "" ? "" : `, since ${since}`}`;

/**
 * That nobody deploys to a stack whose state is to be changed.
 *
 * @throws UserError if it is locked
 */
export async function assertUnlocked(stack: PulumiStack): Promise<void> {
  const [holder] = await locksOf(stack);
  if (holder !== undefined) {
    const unlock = commandLine("unlock", stack.name);
    throw new UserError(`Nothing was done: the stack is locked by ${describeLock(holder)}. If that is gone: ${unlock}`);
  }
}

/**
 * That locks may be removed: their processes are gone, or the owner says so of those on other machines.
 *
 * @param yes whether the owner says so
 * @param runs whether a process of this machine is there
 * @throws UserError if they may not
 */
export function assertStale(
  holders: readonly LockHolder[],
  { stack, yes, runs }: { readonly stack: string; readonly yes: boolean; readonly runs?: (pid: number) => boolean },
): void {
  const places = new Set(holders.map((holder) => whereaboutsOf(holder, runs)));
  if (places.has("here")) {
    const cancel = `npx pulumi cancel --yes --stack ${stack}`;
    throw new UserError(
      `Its process still runs on this machine: wait for its end. If that is no deployment, but another process that got the same number: ${cancel}`,
    );
  }
  if (places.has("elsewhere") && !yes) {
    throw new UserError(
      `A process on another machine may still be running. If it is not: ${commandLine("unlock", stack, "--yes")}`,
    );
  }
}
