import { lastLine, SSH_FAILED, sshOptions } from "../../hosts/ssh.js";
import type { Role } from "../../model/roles.js";
import { shellCommand } from "../../hosts/shell.js";
import { run } from "../lib/process.js";
import type { RunOptions, RunResult } from "../lib/process.js";

/** A host with its key pinned. */
export interface PinnedHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly role?: Role;
  readonly hostKey: string;
}

/** How the admin of a host logs in. Nothing of it is kept. */
export interface AdminAccess {
  /** Account with full sudo. */
  readonly admin: string;
  /** File of the private key. @default the ssh-agent's keys, and what ssh finds by itself */
  readonly identity?: string;
  /** Password of sudo, where one is needed. @default it is an error */
  readonly sudoPassword?: () => Promise<string>;
  /** Whether ssh may ask for a password or passphrase on the terminal. @default false */
  readonly interactive?: boolean;
}

/** Something that the owner can set right. */
export class LoginError extends Error {}

const NEEDS_PASSWORD = /a password is required|interactive authentication is required/;
const WRONG_PASSWORD = /incorrect password|no password was provided|authentication failed/i;

/** Logs in to a host as its admin and runs a command there, without more rights than that. */
export async function runAsAdmin(
  host: PinnedHost,
  access: AdminAccess,
  command: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { admin, identity } = access;
  const key = identity === undefined ? [] : ["-o", "IdentitiesOnly=yes", "-i", identity];
  const target = [
    "-p",
    String(host.port),
    "-l",
    admin,
    "-o",
    "ClearAllForwardings=yes",
    host.address,
    shellCommand(command),
  ];
  const ssh = (...first: string[]): Promise<RunResult> =>
    run("ssh", [...first, ...sshOptions(host), ...key, ...target], options);
  const result = await ssh();
  const wanted = /Permission denied \(.*(password|keyboard-interactive|publickey)/.test(result.stderr);
  return access.interactive === true && result.exitCode === SSH_FAILED && wanted
    ? inTurn(() => ssh("-o", "BatchMode=no"))
    : result;
}

/**
 * Runs a shell command on a host as root, through the admin's sudo.
 *
 * @param script for sh -c
 * @throws LoginError if it could not be started
 */
export async function runAsRoot(
  host: PinnedHost,
  access: AdminAccess,
  script: string,
  options: RunOptions & { input: Buffer },
): Promise<RunResult> {
  const sudo = (...flags: string[]): string[] => (access.admin === "root" ? [] : ["sudo", ...flags]);
  const shell = ["sh", "-c", script];
  let result = await runAsAdmin(host, access, [...sudo("-n"), ...shell], options);
  if (result.stdout === "" && NEEDS_PASSWORD.test(result.stderr)) {
    const { sudoPassword } = access;
    if (sudoPassword === undefined) {
      throw new LoginError(`sudo wants the password of ${access.admin}: run it in a terminal, without --yes`);
    }
    const password = await inTurn(sudoPassword);
    // It goes by standard input: arguments can be seen.
    const input = Buffer.concat([Buffer.from(`${password}\n`), options.input]);
    result = await runAsAdmin(host, access, [...sudo("-S", "-p", ""), ...shell], { ...options, input });
    if (result.stdout === "" && WRONG_PASSWORD.test(result.stderr)) {
      throw new LoginError(`that is not the password of ${access.admin} on this host`);
    }
  }
  const reason = reasonOf(result, access.admin);
  if (reason !== undefined) {
    throw new LoginError(reason);
  }
  return result;
}

/** Why a command did not start, and what to do; undefined if it did. */
function reasonOf({ exitCode, stdout, stderr }: RunResult, admin: string): string | undefined {
  const said = lastLine(stderr);
  if (/Host key verification failed/.test(stderr)) {
    return "its host key differs from the pinned one: compare it on the host, then run npm run pin-host-key";
  }
  if (exitCode === SSH_FAILED) {
    return /Permission denied/.test(stderr)
      ? `${admin} may not log in (${said}): name the account by --admin, and its key by --identity or ssh-add`
      : `no SSH connection: ${said || "it was cut"}`;
  }
  if (stdout !== "") {
    return undefined;
  }
  if (/not in the sudoers file|may not run sudo|not allowed to (execute|run)/.test(stderr)) {
    return `${admin} is not allowed to do everything by sudo: name an account that is by --admin`;
  }
  if (/sudo: (command )?not found/.test(stderr)) {
    return "sudo is not installed: install it there (as root: apt-get install sudo), or use --admin root";
  }
  return undefined;
}

let last: Promise<unknown> = Promise.resolve();

/** One question after the other: there is one terminal for all hosts. */
function inTurn<T>(action: () => Promise<T>): Promise<T> {
  const result = last.then(action);
  last = result.catch(() => undefined);
  return result;
}
