import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { shellCommand } from "./shell.js";
import { destination, keyOptions, lastLine, SSH_FAILED, sshOptions } from "./ssh.js";
import type { SshHost } from "./ssh.js";

/** Seconds between keep-alive messages; a connection is given up after three without an answer. */
const ALIVE_SECONDS = 15;
const STDERR_BYTES = 10_000;

/** A command that runs on a host, with its streams. */
export interface RemoteStream {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Why it failed; undefined if it did not. */
  readonly ended: Promise<string | undefined>;
  /** Ends it when nobody reads its output. */
  readonly stop: () => void;
}

/**
 * Runs a command on a host without a time limit, with input and output of any size.
 *
 * @param command a program and its arguments, which reach the host unchanged
 * @param name what it is to the owner, for the reason of a failure; @default its first two words
 */
export function streamOn(
  host: SshHost,
  command: readonly string[],
  name: string = command.slice(0, 2).join(" "),
): RemoteStream {
  const connection = ["-o", `ServerAliveInterval=${ALIVE_SECONDS}`, "-o", "ControlMaster=no", "-S", "none", "-T"];
  const args = [...sshOptions(host), ...keyOptions(), ...connection, ...destination(host), shellCommand(command)];
  const ssh = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"] });
  let stderr = "";
  ssh.stderr.on("data", (data: Buffer) => {
    stderr = `${stderr}${data.toString()}`.slice(-STDERR_BYTES);
  });
  ssh.stdin.on("error", () => undefined); // if the command stops reading early, its exit code tells
  const ended = new Promise<string | undefined>((resolve, reject) => {
    ssh.once("error", reject);
    ssh.once("close", (code) => {
      const what = code === SSH_FAILED ? "the connection broke" : `${name} failed`;
      resolve(code === 0 ? undefined : `${what}: ${lastLine(stderr) || "it does not say why"}`);
    });
  });
  ended.catch(() => undefined); // the caller awaits it as well
  return { stdin: ssh.stdin, stdout: ssh.stdout, stderr: ssh.stderr, ended, stop: () => ssh.kill() };
}
