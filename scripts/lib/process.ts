import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";

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

/** Those that run with `group`. */
const groups = new Map<ChildProcess, Promise<number>>();

/**
 * Runs a program to its end; a failure is an exit code, not an exception.
 * Not execa, because the tests are run as CommonJS by jest, which cannot load it.
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    detached: options.group ?? false,
    stdio: "pipe",
  });
  const ended = new Promise<number>((resolve) => {
    child.on("error", () => {
      resolve(127);
    });
    child.on("close", (code) => {
      resolve(code ?? 143);
    });
  });
  if (options.group) {
    groups.set(child, ended);
  }
  let stdout = "";
  let stderr = "";
  let pending = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    const lines = (pending + text).split("\n");
    pending = lines.pop() ?? "";
    lines.forEach((line) => options.onLine?.(line));
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const log = options.log === undefined ? undefined : createWriteStream(options.log, { flags: "a" });
  if (log !== undefined) {
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
  }
  child.stdin.on("error", () => undefined); // it may end without reading its input
  child.stdin.end(options.input ?? "");

  const end = { late: false };
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          end.late = true;
          signal(child, "SIGKILL");
        }, options.timeoutMs);
  child.on("error", (error) => (stderr += error.message));
  const code = await ended;
  clearTimeout(timer);
  groups.delete(child);
  if (pending !== "") {
    options.onLine?.(pending);
  }
  if (log !== undefined) {
    log.end();
    await finished(log).catch(() => undefined); // `down --purge` takes the log away too
  }
  return { stdout, stderr, exitCode: end.late ? 124 : code };
}

/** Ends what was started with `group`, with all that it started, and waits until it has ended. */
export async function stopAll(name: "SIGTERM" | "SIGKILL"): Promise<void> {
  for (const child of groups.keys()) {
    signal(child, name);
  }
  await Promise.all(groups.values());
}

function signal(child: ChildProcess, name: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(groups.has(child) ? -child.pid : child.pid, name);
  } catch {
    // it has ended meanwhile
  }
}
