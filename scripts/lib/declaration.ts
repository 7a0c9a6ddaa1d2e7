import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadHomelab, readFrom } from "../../model/load.js";
import { readDeclared } from "../../model/services/declared.js";
import type { Declared } from "../../model/services/declared.js";
import type { HomelabModel } from "../../model/types.js";
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

function assertConfigured(stack: string, directories: readonly string[]): void {
  if (!directories.some((directory) => existsSync(join(directory, `Pulumi.${stack}.yaml`)))) {
    throw lackError(LACKS.noStackFile(stack));
  }
}
