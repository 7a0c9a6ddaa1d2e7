import { constants } from "node:os";
import { execa } from "execa";
import type { Options } from "execa";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** After this many milliseconds it is killed, and the exit code is 124. */
  readonly timeoutMs?: number;
  /** File to which stdout and stderr are appended as they come. */
  readonly log?: string;
  /** Called for every line of stdout as it comes. */
  readonly onLine?: (line: string) => void;
  /** In a process group of its own, which Ctrl-C does not reach and `stopAll` does. */
  readonly group?: boolean;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  /** 128 + the signal's number, 124 after a time-out, 127 if it could not be started. */
  readonly exitCode: number;
}

/** Those that run with `group`: the end of each, by its process group. */
const groups = new Map<number, Promise<unknown>>();

/** Runs a program to its end; a failure is an exit code, not an exception. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { cwd, env, input = "", timeoutMs, log, onLine, group = false } = options;
  const file = log === undefined ? [] : [{ file: log, append: true } as const];
  const child = execa(command, args, {
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env }),
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    input,
    stdout: ["pipe", ...(onLine === undefined ? [] : [eachLine(onLine)]), ...file],
    stderr: ["pipe", ...file],
    detached: group,
    killSignal: "SIGKILL",
    reject: false,
    stripFinalNewline: false,
  } satisfies Options);
  if (group && child.pid !== undefined) {
    groups.set(child.pid, child);
  }
  const { stdout, stderr, exitCode, signal, timedOut, originalMessage = "" } = await child;
  groups.delete(child.pid ?? NaN);
  if (timedOut) {
    return { stdout, stderr, exitCode: 124 };
  }
  if (signal !== undefined) {
    return { stdout, stderr, exitCode: 128 + constants.signals[signal] };
  }
  return exitCode === undefined
    ? { stdout, stderr: stderr + originalMessage, exitCode: 127 }
    : { stdout, stderr, exitCode };
}

/** Hands on what it reads as it is, and calls a function for each line of it. */
const eachLine = (onLine: (line: string) => void) => ({
  transform: function* (line: unknown): Generator {
    onLine(String(line).replace(/\n$/, ""));
    yield line;
  },
  preserveNewlines: true,
});

/** Ends what was started with `group`, with all that it started, and waits until it has ended. */
export async function stopAll(name: "SIGTERM" | "SIGKILL"): Promise<void> {
  for (const group of groups.keys()) {
    try {
      process.kill(-group, name);
    } catch {
      // it has ended meanwhile
    }
  }
  await Promise.all(groups.values());
}
