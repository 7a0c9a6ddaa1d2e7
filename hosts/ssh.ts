import { execFile } from "node:child_process";
import type { ExecFileException } from "node:child_process";
import type { HostModel } from "../model/types.js";
import { shellCommand } from "./shell.js";

// How the program reaches a host: always by SSH, with the host's key pinned and the client's key from the ssh-agent.
// No path, key or socket of the machine that deploys is part of it, so that every machine declares the same state. The
// environment chooses one of its keys, for this program's own connections only.

/** Environment variable with the path of a public key: the one key of the ssh-agent to use. */
export const KEY_VARIABLE = "HOMELAB_SSH_KEY";

/** The file that the owner named. @default none: all keys of the ssh-agent are tried */
export const keyFile = (): string | undefined => process.env[KEY_VARIABLE] || undefined;

/** Options of ssh(1) that offer only the key that the owner named, if any. */
export function keyOptions(): string[] {
  const file = keyFile();
  return file === undefined ? [] : ["-o", "IdentitiesOnly=yes", "-o", `IdentityFile="${file}"`];
}

export const CONNECT_TIMEOUT_SECONDS = 5;

/** What it takes to log in to a host. */
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

/** Output and exit code of a command on a host. */
export interface RemoteResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Of the command, or 255 if the connection failed; undefined after the time limit, or if it printed far too much. */
  readonly exitCode: number | undefined;
}

/** Exit code of ssh(1) if the connection failed: the command did not run, or its result is unknown. */
export const SSH_FAILED = 255;

/** The last line of ssh(1), sudo(8) and Docker is the reason for their failure. */
export const lastLine = (stderr: string): string => (stderr.trim().split("\n").at(-1) ?? "").trim();

const MAX_OUTPUT_BYTES = 2 ** 20;

/** Arguments of ssh(1) for the destination. */
export const destination = ({ port, user, address }: SshHost, account: string = user): string[] => [
  ...["-p", String(port), `${account}@${address}`],
];

/** Exceptions to the usual way to reach a host. */
export interface RunOptions {
  /** Account to log in as. @default the one that deploys */
  readonly user?: string;
  /** Socket of an open connection. @default a new connection, whatever the owner's ~/.ssh/config says */
  readonly socket?: string;
  /** What the command reads from its standard input. @default nothing */
  readonly input?: Buffer;
}

/** ssh(1) ends with 255 when it is terminated, just as when there is no connection. */
function exitCodeOf(error: ExecFileException | null): number | undefined {
  if (error === null) {
    return 0;
  }
  return error.killed !== true && typeof error.code === "number" ? error.code : undefined;
}

/**
 * Runs a command on a host. Uses Node's execFile, not execa as scripts/lib does, because the program needs it at each
 * start, and loading execa takes longer than probing a host.
 *
 * @param command a program and its arguments, which reach the host unchanged
 * @param timeoutSeconds time limit
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
      ssh.stdin?.on("error", () => undefined).end(input); // if the command stops reading early, its exit code tells
    }
  });
}
