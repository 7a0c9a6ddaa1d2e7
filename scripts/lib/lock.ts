import { hostname } from "node:os";

/** Who holds a lock, as the engine prints it: "created by pi@laptop (pid 4711) at …". */
const HOLDER = /created by (\S+)@(\S+) \(pid (\d+)\)/;

/**
 * What the owner can do where the engine refused to work because the stack is locked.
 *
 * @param output what the engine printed
 * @param runs whether a process of this machine is there
 * @returns undefined if that was not the reason
 */
export function lockAdvice(output: string, stack: string, runs = isRunning): string | undefined {
  if (!/the stack is currently locked/.test(output)) {
    return undefined;
  }
  const [, user = "somebody", machine = "", pid = ""] = HOLDER.exec(output) ?? [];
  const release = `npx pulumi cancel --yes --stack ${stack}`;
  if (machine === "") {
    return `Another deployment holds the lock. Wait for its end; if none runs any more: ${release}`;
  }
  if (machine !== hostname()) {
    return `${user} on ${machine} deploys (process ${pid} there). Wait for its end; if it is gone: ${release}`;
  }
  return runs(Number(pid))
    ? `Process ${pid} of ${user} on this machine deploys. Wait for its end, then deploy again.`
    : `The lock is a stale one: its process, ${pid} on this machine, is gone. Release it, then deploy again: ${release}`;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // somebody else's, which this process may not signal
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
