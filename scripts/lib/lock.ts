import { hostname } from "node:os";
import { commandLine } from "../../model/command-line.js";

/** Who locked a stack. */
export interface LockHolder {
  readonly user: string;
  readonly machine: string;
  readonly pid: number;
  /** As in 2026-11-29T08:00:00Z. */
  readonly since: string;
}

/** Where the process of a lock is: gone from this machine, still on it, or on another one, which cannot be checked from here. */
type Whereabouts = "gone" | "here" | "elsewhere";

/** As the engine prints it: "created by pi@laptop (pid 4711) at 2026-11-29T08:00:00Z". */
const HOLDER = /created by (\S+)@(\S+) \(pid (\d+)\)(?: at (\S+))?/g;

/**
 * Who holds the locks because of which the engine refused to work; nobody for a lock of a kind that does not say.
 *
 * @param output what the engine printed
 * @returns undefined if that was not the reason
 */
export const holdersIn = (output: string): LockHolder[] | undefined =>
  /the stack is currently locked/.test(output)
    ? [...output.matchAll(HOLDER)].map(([, user = "", machine = "", pid = "", since = ""]) => ({
        user,
        machine,
        pid: Number(pid),
        since,
      }))
    : undefined;

/** @param runs whether a process of this machine is there */
export const whereaboutsOf = ({ machine, pid }: LockHolder, runs = isRunning): Whereabouts =>
  machine !== hostname() ? "elsewhere" : runs(pid) ? "here" : "gone";

/**
 * What the owner can do where the engine refused to work because the stack is locked.
 *
 * @param output what the engine printed
 * @param runs whether a process of this machine is there
 * @returns undefined if that was not the reason
 */
export function lockAdvice(output: string, stack: string, runs = isRunning): string | undefined {
  const holders = holdersIn(output);
  if (holders === undefined) {
    return undefined;
  }
  const unlock = commandLine("unlock", stack);
  const [holder] = holders;
  if (holder === undefined) {
    return `Another deployment holds the lock. Wait for its end; if none runs any more: ${unlock}`;
  }
  const { user, machine, pid } = holder;
  switch (whereaboutsOf(holder, runs)) {
    case "elsewhere":
      return `${user} on ${machine} deploys (process ${pid} there). Wait for its end; if it is gone: ${unlock}`;
    case "here":
      return `Process ${pid} of ${user} on this machine deploys. Wait for its end, then deploy again.`;
    case "gone":
      return `The lock is stale: its process, ${pid} on this machine, is gone. Release it, then deploy again: ${unlock}`;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // somebody else's, which this process may not signal
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
