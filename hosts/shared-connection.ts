import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostModel } from "../model/types.js";
import { destination, keyOptions, runOn, SSH_FAILED, sshOptions } from "./ssh.js";
import type { RemoteResult } from "./ssh.js";

/** Seconds between keep-alive messages; a connection is given up after three without an answer. */
const ALIVE_SECONDS = 5;

/**
 * One SSH connection to a host for any number of commands: the first opens it, the end of this process closes it. It
 * only saves time. If it cannot be opened, or breaks, a command gets its own connection; use it therefore only for
 * commands that may run twice. Never use it to prove that the host still lets somebody log in.
 */
export class SharedConnection {
  private master: Promise<string | undefined> | undefined;

  constructor(private readonly host: HostModel) {}

  /**
   * Runs a command; if the connection breaks, the command may run a second time.
   *
   * @param timeoutSeconds time limit
   */
  async run(command: readonly string[], timeoutSeconds: number): Promise<RemoteResult> {
    this.master ??= this.open(timeoutSeconds);
    const socket = await this.master;
    if (socket !== undefined) {
      const result = await runOn(this.host, command, timeoutSeconds, { socket });
      // Also if the host allows no more sessions on one connection; OpenSSH's default is 10.
      if (result.exitCode !== SSH_FAILED) {
        return result;
      }
    }
    return runOn(this.host, command, timeoutSeconds);
  }

  /** @returns the connection's socket once it is usable; undefined if that takes too long */
  private open(timeoutSeconds: number): Promise<string | undefined> {
    const socket = join(socketFolder(), this.host.name);
    const args = [
      ...sshOptions(this.host),
      ...keyOptions(),
      ...[
        "-o",
        `ServerAliveInterval=${ALIVE_SECONDS}`,
        "-o",
        "ControlPersist=no",
        "-M",
        "-S",
        socket,
        "-T",
        ...destination(this.host),
        "cat",
      ],
    ];
    // cat echoes a line, which shows that the connection works, and ends with its input: when this process ends, however
    // that happens.
    const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "ignore"] });
    child.stdin.on("error", () => undefined);
    child.stdin.write("\n");
    return new Promise((resolve) => {
      // A host may accept a login and then start nothing, as one whose disk is gone.
      const late = setTimeout(() => child.kill(), timeoutSeconds * 1000);
      child.stdout.once("data", () => {
        clearTimeout(late);
        letGo(child);
        resolve(socket);
      });
      child.once("error", () => {
        clearTimeout(late);
        resolve(undefined);
      });
      child.once("exit", () => {
        clearTimeout(late);
        this.master = undefined;
        resolve(undefined);
      });
    });
  }
}

/** Lets this process end without waiting for that one. */
function letGo(child: ChildProcess): void {
  for (const pipe of [child.stdin, child.stdout]) {
    (pipe as Socket | null)?.unref();
  }
  child.unref();
}

let folder: string | undefined;

/** Folder of this process's sockets, closed to everybody else. Its path is short because socket paths are limited. */
function socketFolder(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), "hl-"));
    process.once("exit", () => {
      rmSync(made, { recursive: true, force: true });
    });
    folder = made;
  }
  return folder;
}
