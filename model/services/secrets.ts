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

/** A service that is on, and the name of its host. */
export interface DeclaredService {
  readonly host: string;
  readonly service: ServiceModel;
}

/** What a declaration comes to as far as secrets matter, whether or not they are set. */
export interface DeclaredSecrets {
  /** The secrets that the services need which are on, and the people with access to shares, by name. */
  readonly needed: readonly NeededSecret[];
  readonly services: readonly DeclaredService[];
}

/** @throws HomelabError if the stack's configuration or a Compose file cannot be read */
export function declaredSecrets(stack: string, read: ReadFile): DeclaredSecrets {
  const problems: Problem[] = [];
  const open = opener(read, problems);
  const source = open(`Pulumi.${stack}.yaml`);
  const config = source && parseConfig(source, problems);
  if (config === undefined) {
    throw new HomelabError(problems);
  }
  const args = (host: string) => ({ stack, host, config, read, open, problems, assumeSecrets: true });
  const services: DeclaredService[] = [];
  const needed = new Map<string, NeededSecret>();
  for (const host of Object.keys(config.hosts)) {
    for (const project of planHost(args(host))) {
      for (const service of project.services) {
        services.push({ host, service });
        for (const name of secretNames(service)) {
          const { generate, obtain } = project.secretSources[name] ?? {};
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
  return { needed: [...needed.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), services };
}

/** Names of the secrets in a service's environment and files. */
function secretNames({ definition, files }: ServiceModel): Set<string> {
  const texts = [...Object.values(definition.environment), ...files.map(({ content }) => content)];
  return new Set(texts.flatMap((text) => (text instanceof SecretText ? text.names : [])));
}
