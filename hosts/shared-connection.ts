import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostModel } from "../model/types.js";
import { destination, keyOptions, runOn, SSH_FAILED, sshOptions } from "./ssh.js";
import type { RemoteResult } from "./ssh.js";

/** A connection that the other end no longer answers on is given up after three of these. */
const ALIVE_SECONDS = 5;

/**
 * One SSH connection to a host, for any number of commands: the first opens it, the end of this process closes it. It
 * saves time and nothing else. Where it cannot be had, or breaks, a command gets a connection of its own; therefore only
 * commands that may run twice are for it. What has to show that one can still log in must not use it.
 */
export class SharedConnection {
  private master: Promise<string | undefined> | undefined;

  constructor(private readonly host: HostModel) {}

  /**
   * Runs a command, which may be begun a second time if the connection breaks.
   *
   * @param timeoutSeconds after which it is given up
   */
  async run(command: readonly string[], timeoutSeconds: number): Promise<RemoteResult> {
    this.master ??= this.open(timeoutSeconds);
    const socket = await this.master;
    if (socket !== undefined) {
      const result = await runOn(this.host, command, timeoutSeconds, { socket });
      // Also where the host allows no more sessions on one connection; OpenSSH's default is 10.
      if (result.exitCode !== SSH_FAILED) {
        return result;
      }
    }
    return runOn(this.host, command, timeoutSeconds);
  }

  /** @returns the connection's socket once it can be used; undefined if there is none within the time */
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
    // cat sends back the line that it gets, which shows that the connection works, and ends when its input does: with
    // this process, however that ends.
    const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "ignore"] });
    child.stdin.on("error", () => undefined);
    child.stdin.write("\n");
    return new Promise((resolve) => {
      // A host may log in and then start nothing, as one whose disk is gone.
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

/** This process need not wait for the end of that one. */
function letGo(child: ChildProcess): void {
  for (const pipe of [child.stdin, child.stdout]) {
    (pipe as Socket | null)?.unref();
  }
  child.unref();
}

let folder: string | undefined;

/** Where the sockets of this process are; nobody else can enter it. Short, because sockets have short paths. */
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
