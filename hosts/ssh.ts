import { execFile } from "node:child_process";
import type { ExecFileException } from "node:child_process";
import type { HostModel } from "../model/types.js";
import { shellCommand } from "./shell.js";

// How the program reaches a host: always by SSH, with the host's key pinned and the client's key from the ssh-agent.
// No path, key or socket of the machine that deploys is part of it, so that every machine declares the same state: which
// of its keys is meant comes from the environment, and goes into this program's own connections alone.

/** Names the file of a public key: the one of the ssh-agent's keys that is meant. */
export const KEY_VARIABLE = "HOMELAB_SSH_KEY";

/** The file that the owner named. @default none: all keys of the ssh-agent are tried */
export const keyFile = (): string | undefined => process.env[KEY_VARIABLE] || undefined;

/** Options of ssh(1) that offer no other key than the one that the owner named, if any. */
export function keyOptions(): string[] {
  const file = keyFile();
  return file === undefined ? [] : ["-o", "IdentitiesOnly=yes", "-o", `IdentityFile="${file}"`];
}

export const CONNECT_TIMEOUT_SECONDS = 5;

/** What has to be known of a host to log in to it. */
export type SshHost = Pick<HostModel, "name" | "address" | "port" | "user" | "hostKey">;

/** Options of ssh(1) that pin the host's key inline, so that no file of the deploying machine matters. */
export function sshOptions({ address, port, hostKey }: Pick<HostModel, "address" | "port" | "hostKey">): string[] {
  const name = port === 22 ? address : `[${address}]:${port}`;
  return [
    "BatchMode=yes",
    `ConnectTimeout=${CONNECT_TIMEOUT_SECONDS}`,
    "StrictHostKeyChecking=yes",
    "HostKeyAlgorithms=ssh-ed25519",
    "UserKnownHostsFile=/dev/null",
    "GlobalKnownHostsFile=/dev/null",
    `KnownHostsCommand=/bin/echo ${name} ${hostKey}`,
  ].flatMap((option) => ["-o", option]);
}

/** What a command on a host printed and how it ended. */
export interface RemoteResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Of the command, or 255 where the connection failed; undefined if it was given up, or said far too much. */
  readonly exitCode: number | undefined;
}

/** Exit code of ssh(1) when the connection itself failed: the command did not run, or nobody knows. */
export const SSH_FAILED = 255;

/** What ssh(1), sudo(8) and Docker say last is why they failed. */
export const lastLine = (stderr: string): string => (stderr.trim().split("\n").at(-1) ?? "").trim();

const MAX_OUTPUT_BYTES = 2 ** 20;

/** Arguments of ssh(1) that say where to log in. */
export const destination = ({ port, user, address }: SshHost, account: string = user): string[] => [
  ...["-p", String(port), `${account}@${address}`],
];

/** How to reach a host, where that is not as usual. */
export interface RunOptions {
  /** Account to log in as. @default the one that deploys */
  readonly user?: string;
  /** Socket of a connection that is there. @default a new connection, whatever the owner's ~/.ssh/config says */
  readonly socket?: string;
  /** What the command reads from its standard input. @default nothing */
  readonly input?: Buffer;
}

/** ssh(1) that is told to end says 255, which it says where there is no connection as well. */
function exitCodeOf(error: ExecFileException | null): number | undefined {
  if (error === null) {
    return 0;
  }
  return error.killed !== true && typeof error.code === "number" ? error.code : undefined;
}

/**
 * Runs a command on a host. By Node's execFile and not by execa as in scripts/lib, because the program needs it at each
 * start, and to load execa takes longer than to probe a host.
 *
 * @param command a program and its arguments, which get there as they are
 * @param timeoutSeconds after which it is given up
 */
export function runOn(
  host: SshHost,
  command: readonly string[],
  timeoutSeconds: number,
  { user, socket = "none", input }: RunOptions = {},
): Promise<RemoteResult> {
  const sharing = ["-o", "ControlMaster=no", "-S", socket];
  const standardInput = input === undefined ? ["-n"] : [];
  const connection = [...sshOptions(host), ...keyOptions(), ...sharing, ...standardInput, "-T"];
  const args = [...connection, ...destination(host, user), shellCommand(command)];
  const options = { timeout: timeoutSeconds * 1000, maxBuffer: MAX_OUTPUT_BYTES };
  return new Promise((resolve) => {
    const ssh = execFile("ssh", args, options, (error, stdout, stderr) => {
      resolve({ ok: error === null, stdout, stderr, exitCode: exitCodeOf(error) });
    });
    if (input !== undefined) {
      ssh.stdin?.on("error", () => undefined).end(input); // where nobody reads it to the end, the exit code says so
    }
  });
}
