import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import type { Trouble } from "../model/drift/observation.js";
import type { HostModel } from "../model/types.js";
import { connectionTrouble } from "./probe.js";
import { shellCommand } from "./shell.js";
import { destination, keyOptions, SSH_FAILED, sshOptions } from "./ssh.js";

/** Seconds between keep-alive messages; a connection is given up after three without an answer. */
const ALIVE_SECONDS = 15;

/** Result of a command on a host: its exit code, or why it could not start or was cut off. */
export type Attached = { readonly exitCode: number } | { readonly status: Trouble; readonly reason: string };

export interface AttachOptions {
  /** Gives the command this process's terminal. @default false */
  readonly terminal?: boolean;
  /** Gives the command this process's standard input. @default false */
  readonly input?: boolean;
}

/**
 * Runs a command on a host without a time limit and passes its output through. Ctrl-C ends the command, not this
 * process.
 *
 * @param command a program and its arguments, which reach the host unchanged
 */
export async function attach(
  host: HostModel,
  command: readonly string[],
  { terminal = false, input = terminal }: AttachOptions = {},
): Promise<Attached> {
  const folder = mkdtempSync(join(tmpdir(), "hl-ssh-"));
  // ssh writes its own messages there, so that output of the command cannot be mistaken for them.
  const log = join(folder, "log");
  const connection = ["-E", log, "-o", "LogLevel=ERROR", "-o", `ServerAliveInterval=${ALIVE_SECONDS}`];
  const own = ["-o", "ControlMaster=no", "-S", "none", terminal ? "-tt" : "-T"];
  const args = [...sshOptions(host), ...keyOptions(), ...connection, ...own, ...destination(host)];
  const wait = (): void => undefined;
  process.on("SIGINT", wait);
  try {
    const exitCode = await ended([...args, shellCommand(command)], input);
    const said = exitCode === SSH_FAILED ? readFileSync(log, "utf8") : "";
    return said === "" ? { exitCode } : connectionTrouble(said);
  } finally {
    process.off("SIGINT", wait);
    rmSync(folder, { recursive: true });
  }
}

function ended(args: readonly string[], input: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const ssh = spawn("ssh", args, { stdio: [input ? "inherit" : "ignore", "inherit", "inherit"] });
    ssh.once("error", reject);
    ssh.once("exit", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
