import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { shellCommand } from "./shell.js";
import { destination, keyOptions, lastLine, SSH_FAILED, sshOptions } from "./ssh.js";
import type { SshHost } from "./ssh.js";

/** A connection on which the host no longer answers is given up after three of these. */
const ALIVE_SECONDS = 15;
const STDERR_BYTES = 10_000;

/** A command that runs on a host, with its streams. */
export interface RemoteStream {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Why it failed; undefined if it did not. */
  readonly ended: Promise<string | undefined>;
  /** Ends it where nobody reads what it has to say. */
  readonly stop: () => void;
}

/**
 * Runs a command on a host for as long as it takes, with data of any size going in or coming out.
 *
 * @param command a program and its arguments, which get there as they are
 */
export function streamOn(host: SshHost, command: readonly string[]): RemoteStream {
  const connection = ["-o", `ServerAliveInterval=${ALIVE_SECONDS}`, "-o", "ControlMaster=no", "-S", "none", "-T"];
  const args = [...sshOptions(host), ...keyOptions(), ...connection, ...destination(host), shellCommand(command)];
  const ssh = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"] });
  let stderr = "";
  ssh.stderr.on("data", (data: Buffer) => {
    stderr = `${stderr}${data.toString()}`.slice(-STDERR_BYTES);
  });
  ssh.stdin.on("error", () => undefined); // where nobody reads it to the end, the exit code says so
  const ended = new Promise<string | undefined>((resolve, reject) => {
    ssh.once("error", reject);
    ssh.once("close", (code) => {
      const what = code === SSH_FAILED ? "the connection broke" : `${command.slice(0, 2).join(" ")} failed`;
      resolve(code === 0 ? undefined : `${what}: ${lastLine(stderr) || "it does not say why"}`);
    });
  });
  ended.catch(() => undefined); // its awaiter sees it too
  return { stdin: ssh.stdin, stdout: ssh.stdout, ended, stop: () => ssh.kill() };
}
