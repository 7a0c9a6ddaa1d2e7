import type { Declared } from "../../model/services/declared.js";
import { neededSecrets } from "../../model/services/secrets.js";
import { isCalled, setSecret } from "../../model/compose/names.js";
import { parseEnvFile } from "../add-service/env-file.js";
import type { PulumiStack } from "../lib/pulumi-stack.js";
import { accountsWith, placeOf } from "./database.js";

/**
 * Sets the secrets that a file of NAME=VALUE has. One that a database keeps already is left: the two would not agree.
 *
 * @returns what was done with each name, without values
 */
export async function importSecrets(text: string, stack: PulumiStack, declared: Declared): Promise<string> {
  const needed = neededSecrets(declared);
  const said: string[] = [];
  const unused: string[] = [];
  for (const [name, value] of parseEnvFile(text, (it) => it)) {
    const [secret, ...others] = needed.filter((it) => isCalled(it.name, name));
    const [database] = secret?.present === true ? accountsWith(secret.name, declared.services) : [];
    if (secret === undefined || value === "") {
      unused.push(`  ${name}: ${value === "" ? "is empty" : "no service that is on needs a secret of this name"}`);
    } else if (others.length > 0) {
      const commands = [secret, ...others].map((it) => `    ${setSecret(stack.name, it.name)}`);
      unused.push(
        `  ${name}: ${1 + others.length} projects have a secret of this name; set the one that is meant:`,
        ...commands,
      );
    } else if (database !== undefined) {
      const command = setSecret(stack.name, secret.name);
      unused.push(
        `  ${name}: the database ${placeOf(database)} keeps its former value; if it was never deployed: ${command}`,
      );
    } else {
      await stack.setSecret(secret.name, value);
      said.push(`set ${secret.name}, for ${secret.usedBy.join(", ")}`);
    }
  }
  return [...said, ...(unused.length === 0 ? [] : ["Not used:", ...unused])].join("\n") || "The file has no names.";
}
