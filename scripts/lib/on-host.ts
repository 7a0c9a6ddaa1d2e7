import { attach } from "../../hosts/attach.js";
import type { AttachOptions } from "../../hosts/attach.js";
import { connectionTrouble } from "../../hosts/probe.js";
import { lastLine, runOn, SSH_FAILED } from "../../hosts/ssh.js";
import type { RunOptions } from "../../hosts/ssh.js";
import { explain, remedy } from "../../hosts/trouble.js";
import type { Trouble } from "../../model/drift/observation.js";
import type { HostModel } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { UserError } from "./command.js";

/** Where a command runs, and the stack that remedies are for. */
export interface OnHost {
  readonly host: HostModel;
  readonly stack: string;
}

/**
 * Runs a command on a host, with what it prints going where this process prints.
 *
 * @returns its exit code
 * @throws UserError if the host cannot be reached, or the connection breaks
 */
export async function runAttached(
  { host, stack }: OnHost,
  command: readonly string[],
  options: AttachOptions = {},
): Promise<number> {
  const result = await attach(host, command, options);
  if ("status" in result) {
    throw troubleWith(host, stack, result.status, result.reason);
  }
  return result.exitCode;
}

/**
 * Runs a command on a host that must succeed.
 *
 * @returns what it printed
 * @throws UserError if it fails, or the host cannot be reached
 */
export async function mustRun(
  { host, stack }: OnHost,
  command: readonly string[],
  timeoutSeconds: number,
  options: RunOptions = {},
): Promise<string> {
  const { ok, exitCode, stdout, stderr } = await runOn(host, command, timeoutSeconds, options);
  if (ok) {
    return stdout;
  }
  if (exitCode === undefined) {
    throw troubleWith(host, stack, "timed out", `${command.slice(0, 2).join(" ")} took more than ${timeoutSeconds} s`);
  }
  if (exitCode === SSH_FAILED) {
    const { status, reason } = connectionTrouble(stderr);
    throw troubleWith(host, stack, status, reason);
  }
  throw new UserError(`${host.name}: ${lastLine(stderr) || `${command.slice(0, 2).join(" ")} ended with ${exitCode}`}`);
}

/** What is the matter with a host, and what to do. */
export const troubleWith = (host: HostModel, stack: string, status: Trouble, reason: string): UserError =>
  new UserError(`${explain(host, status, reason)}\n-> ${remedyText(remedy(host, status, stack))}`);
