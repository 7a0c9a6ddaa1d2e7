import { nameInUrn, OWN_TYPES } from "../../model/resource-names.js";
import { buildHomelab } from "../../model/build.js";
import type { ReadFile } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { UserError } from "../lib/command.js";
import type { StateResource } from "../lib/operation.js";
import { renameInComposeFile, renameInStackFile } from "./edit.js";

/** A host and the name that it gets. */
export interface Renaming {
  readonly from: string;
  readonly to: string;
}

/**
 * The files of the declaration that name a host, by their paths, with its new name; none if they have it already.
 *
 * @param hosts names of the hosts that the stack's file has
 * @throws UserError if there is no such host, or another one has the new name; HomelabError if the result is not right
 */
export function renamedFiles(
  stack: string,
  read: ReadFile,
  hosts: readonly string[],
  { from, to }: Renaming,
): ReadonlyMap<string, string> {
  if (hosts.includes(from) && hosts.includes(to)) {
    throw new UserError(`There is a host "${to}" already: choose another name, or remove that host first`);
  }
  if (!hosts.includes(from) && !hosts.includes(to)) {
    throw new UserError(`There is no host "${from}": ${remedyText(suggest(from, hosts))}`);
  }
  const stackFile = `Pulumi.${stack}.yaml`;
  const files = new Map<string, string>();
  const readNew: ReadFile = (file) => {
    const known = files.get(file);
    const found = known === undefined ? read(file) : { text: known };
    if ("problem" in found) {
      return found;
    }
    const rename = file === stackFile ? renameInStackFile : /\.ya?ml$/.test(file) ? renameInComposeFile : undefined;
    const text = rename?.(found.text, from, to) ?? found.text;
    if (text !== found.text) {
      files.set(file, text);
    }
    return { text };
  };
  buildHomelab(stack, readNew);
  return files;
}

/**
 * What the state has of a host under its former name: so many resources.
 *
 * @returns 0 if there is nothing to rename: it has the new name already, or was never deployed
 * @throws UserError if the state has hosts of both names
 */
export function resourcesToRename(resources: readonly StateResource[], { from, to }: Renaming): number {
  const has = (host: string): boolean =>
    resources.some(({ urn, type }) => type.startsWith(OWN_TYPES) && nameInUrn(urn) === host);
  if (has(from) && has(to)) {
    throw new UserError(
      `The state has a host "${to}" as well as "${from}". If ${to} is no more, deploy or forget it first, then rename`,
    );
  }
  return has(from) ? resources.filter(({ urn }) => nameInUrn(urn).split("/")[0] === from).length : 0;
}
