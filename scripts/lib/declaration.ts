import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseNotify } from "../../model/config/notify.js";
import type { NotifyConfig } from "../../model/config/notify-settings.js";
import { loadHomelab, readFrom } from "../../model/load.js";
import { readDeclared } from "../../model/services/declared.js";
import type { Declared } from "../../model/services/declared.js";
import type { HomelabModel } from "../../model/types.js";
import { opener } from "../../model/yaml/open.js";
import { HomelabError } from "../../model/yaml/problem.js";
import type { Problem } from "../../model/yaml/problem.js";
import { lackError, LACKS } from "./lacks.js";
import { declarationDirectories } from "./project.js";

/**
 * The homelab that a stack declares.
 *
 * @param directories where its files may be, the first that has one wins; @default declarationDirectories
 * @throws UserError if the stack has no configuration, HomelabError if something is wrong with what is declared
 */
export function declaredHomelab(
  stack: string,
  directories: readonly string[] = declarationDirectories(),
): HomelabModel {
  assertConfigured(stack, directories);
  return loadHomelab(stack, directories);
}

/** The same before it is asked whether all of it can be deployed: as if every secret were set and every host prepared. */
export function declaredParts(stack: string, directories: readonly string[] = declarationDirectories()): Declared {
  assertConfigured(stack, directories);
  return readDeclared(stack, readFrom(directories));
}

/**
 * Where the owner wants to be told something. Whatever else is wrong with the declaration does not matter.
 *
 * @throws UserError if the stack has no configuration, HomelabError if this part of it cannot be read
 */
export function declaredNotify(stack: string, directories: readonly string[] = declarationDirectories()): NotifyConfig {
  assertConfigured(stack, directories);
  const problems: Problem[] = [];
  const source = opener(readFrom(directories), problems)(`Pulumi.${stack}.yaml`);
  const notify = source && parseNotify(source, problems);
  if (notify === undefined) {
    throw new HomelabError(problems);
  }
  return notify;
}

function assertConfigured(stack: string, directories: readonly string[]): void {
  if (!directories.some((directory) => existsSync(join(directory, `Pulumi.${stack}.yaml`)))) {
    throw lackError(LACKS.noStackFile(stack));
  }
}
