import { parseConfig } from "../config/config.js";
import { HomelabError } from "../yaml/problem.js";
import type { Problem } from "../yaml/problem.js";
import { opener } from "../yaml/open.js";
import { planHost } from "./host.js";
import type { ReadFile, ServiceModel } from "../types.js";
import { peopleOf, SMB_PASSWORD_LENGTH, smbSecret } from "../config/nas.js";
import { SecretText } from "../text.js";

/** A secret that a service which is on needs, or somebody who uses the shares. */
export interface NeededSecret {
  readonly name: string;
  /** It is there, in the stack's configuration. */
  readonly present: boolean;
  /** So many random characters will do; undefined if only the owner can supply it. */
  readonly generate: number | undefined;
  /** Where the owner gets it. */
  readonly obtain: string | undefined;
  /** What needs it: a service as HOST/SERVICE, or the shares for a person. */
  readonly usedBy: readonly string[];
}

/**
 * The secrets that the services need which are on, and the people with access to shares, by name; also those that are
 * missing.
 *
 * @throws HomelabError if the stack's configuration or a Compose file cannot be read
 */
export function neededSecrets(stack: string, read: ReadFile): NeededSecret[] {
  const problems: Problem[] = [];
  const open = opener(read, problems);
  const source = open(`Pulumi.${stack}.yaml`);
  const config = source && parseConfig(source, problems);
  if (config === undefined) {
    throw new HomelabError(problems);
  }
  const args = (host: string) => ({ stack, host, config, read, open, problems, assumeSecrets: true });
  const needed = new Map<string, NeededSecret>();
  for (const host of Object.keys(config.hosts)) {
    for (const { services, secretSources } of planHost(args(host))) {
      for (const service of services) {
        for (const name of secretNames(service)) {
          const { generate, obtain } = secretSources[name] ?? {};
          const usedBy = [...(needed.get(name)?.usedBy ?? []), `${host}/${service.name}`];
          needed.set(name, { name, present: Object.hasOwn(config.secrets, name), generate, obtain, usedBy });
        }
      }
    }
  }
  for (const person of peopleOf(config)) {
    const name = smbSecret(person);
    const usedBy = [`SMB, for ${person}`];
    const present = Object.hasOwn(config.secrets, name);
    needed.set(name, { name, present, generate: SMB_PASSWORD_LENGTH, obtain: undefined, usedBy });
  }
  if (problems.length > 0) {
    throw new HomelabError(problems);
  }
  return [...needed.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names of the secrets in a service's environment and files. */
function secretNames({ definition, files }: ServiceModel): Set<string> {
  const texts = [...Object.values(definition.environment), ...files.map(({ content }) => content)];
  return new Set(texts.flatMap((text) => (text instanceof SecretText ? text.names : [])));
}
