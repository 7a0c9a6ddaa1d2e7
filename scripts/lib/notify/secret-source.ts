import { commandLine } from "../../../model/command-line.js";
import { parseEnvFile } from "../../add-service/env-file.js";
import { UserError } from "../command.js";
import type { PulumiStack } from "../pulumi-stack.js";
import { Undelivered } from "./undelivered.js";

type Env = Readonly<Record<string, string | undefined>>;

/** What a workflow has in place of the passphrase: lines of NAME=VALUE. */
export const VARIABLE = "HOMELAB_NOTIFY";

/** The value of a secret by its name. @throws Undelivered if it cannot be had */
export type ValueOf = (name: string) => Promise<string>;

/**
 * Where the values of secrets come from: the environment, and what is not there from the stack's configuration, which the
 * passphrase opens.
 */
export function secretSource(stack: Pick<PulumiStack, "name" | "lack" | "getSecret">, env: Env): ValueOf {
  const given = parseEnvFile(env[VARIABLE] ?? "", (it) => it);
  return async (name) => {
    const value = given.get(name) ?? "";
    if (value !== "") {
      return value;
    }
    if (env["GITHUB_ACTIONS"] === "true" || env[VARIABLE] !== undefined) {
      throw new Undelivered(`${VARIABLE} does not have the secret ${name}`, {
        prose: `add the line ${name}=VALUE to the secret ${VARIABLE} of the workflow's environment`,
      });
    }
    if (stack.lack !== undefined) {
      throw new Undelivered(`the secret ${name} cannot be opened: ${stack.lack.words}`, stack.lack.remedy);
    }
    return stack.getSecret(name).catch((error: unknown): never => {
      if (error instanceof UserError) {
        throw new Undelivered(`the secret ${name} cannot be opened`, { command: commandLine("doctor", stack.name) });
      }
      throw error;
    });
  };
}
