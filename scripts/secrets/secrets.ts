import { BACKUP_PASSWORD } from "../../model/config/backups.js";
import { declaredParts } from "../lib/declaration.js";
import { setSecret } from "../../model/compose/names.js";
import { neededSecrets } from "../../model/services/secrets.js";
import type { NeededSecret } from "../../model/services/secrets.js";
import type { PulumiStack } from "../lib/pulumi-stack.js";
import { randomText } from "./random-text.js";

/** What there is of the secrets that the services need which are on. */
export interface SecretsReport {
  /** Those that were there already. */
  readonly present: readonly NeededSecret[];
  /** Those that were made now. */
  readonly made: readonly NeededSecret[];
  /** Those that only the owner can supply. */
  readonly missing: readonly NeededSecret[];
}

/**
 * Makes the secrets that are missing and may be random, into the encrypted configuration of the stack.
 *
 * @param directories where the declaration is, the first that has a file wins
 * @param lengthOf how many random characters will do for a secret; undefined if they will not
 * @throws HomelabError if the declaration cannot be read, UserError if the stack cannot be written to
 */
export async function makeMissingSecrets(
  stack: PulumiStack,
  directories: readonly string[],
  lengthOf: (secret: NeededSecret) => number | undefined = ({ generate }) => generate,
): Promise<SecretsReport> {
  const needed = neededSecrets(declaredParts(stack.name, directories));
  const absent = needed.filter(({ present }) => !present);
  const made: NeededSecret[] = [];
  for (const secret of absent) {
    const length = lengthOf(secret);
    if (length !== undefined) {
      if (made.length === 0) {
        await stack.select(); // it has to be there before anything can be encrypted for it
      }
      await stack.setSecret(secret.name, randomText(length));
      made.push(secret);
    }
  }
  return {
    present: needed.filter(({ present }) => present),
    made,
    missing: absent.filter((secret) => !made.includes(secret)),
  };
}

/** What was made and what is left to do, by name only. */
export function describeSecrets(stack: string, { present, made, missing }: SecretsReport): string {
  const lines = made.map(({ name, usedBy }) => `made ${name}, for ${usedBy.join(", ")}`);
  if (missing.length > 0) {
    lines.push(made.length > 0 ? "" : "Nothing to make.", "Only you can supply:");
    for (const { name, usedBy, obtain } of missing) {
      const command = setSecret(stack, name);
      const where = obtain === undefined ? [] : [`    from: ${obtain}`];
      lines.push(`  ${name}, for ${usedBy.join(", ")}`, ...where, `    set:  ${command}`);
    }
    lines.push("The command prompts for the value, so it never shows up in your shell history or process list.");
  } else {
    lines.push(
      made.length > 0
        ? `All ${present.length + made.length} secrets are there now. The passphrase of the stack opens them: keep it.`
        : `Nothing to do: all ${present.length} secrets are there.`,
    );
  }
  if (made.some(({ name }) => name === BACKUP_PASSWORD)) {
    const command = `npm run --silent secrets -- --show ${BACKUP_PASSWORD} --stack ${stack}`;
    lines.push(
      `Without ${BACKUP_PASSWORD} nobody reads the copies, you neither. Write it into a safe that is not in this homelab: ${command}`,
    );
  }
  return lines.join("\n");
}
