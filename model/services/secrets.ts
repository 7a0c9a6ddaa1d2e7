import type { ServiceModel } from "../types.js";
import { backupSecrets } from "../config/backups.js";
import { peopleOf, SMB_PASSWORD_LENGTH, smbSecret } from "../config/nas.js";
import { notifySecrets } from "../config/notify.js";
import { OAUTH_SECRET, OBTAIN_CLIENT } from "../config/tailnet-settings.js";
import { ownerOf } from "../compose/names.js";
import type { Project } from "./project.js";
import { SecretText } from "../text.js";
import type { Text } from "../text.js";
import type { Declared } from "./declared.js";

/** A secret that a service which is on needs, somebody who uses the shares, or a setting of the homelab. */
export interface NeededSecret {
  /** Its name, or PROJECT/NAME. */
  readonly name: string;
  /** It is there, in the stack's configuration. */
  readonly present: boolean;
  /** So many random characters will do; undefined if only the owner can supply it. */
  readonly generate: number | undefined;
  /** Where the owner gets it. */
  readonly obtain: string | undefined;
  /** What needs it: a service as HOST/SERVICE, the shares for a person, the tailnet, backups, or notifications. */
  readonly usedBy: readonly string[];
}

/** The secrets that the services need which are on, and the people with access to shares, by name; set or not. */
export function neededSecrets({ config, projects }: Pick<Declared, "config" | "projects">): NeededSecret[] {
  const needed = new Map<string, NeededSecret>();
  for (const { host, project } of projects) {
    for (const service of project.services) {
      for (const name of secretNames(service, project)) {
        const { generate, obtain } = project.secretSources[ownerOf(name).name] ?? {};
        const usedBy = [...(needed.get(name)?.usedBy ?? []), `${host}/${service.name}`];
        needed.set(name, { name, present: isSet(config, name), generate, obtain, usedBy });
      }
    }
  }
  for (const person of peopleOf(config)) {
    const name = smbSecret(person);
    const usedBy = [`SMB, for ${person}`];
    const present = Object.hasOwn(config.secrets, name);
    needed.set(name, { name, present, generate: SMB_PASSWORD_LENGTH, obtain: undefined, usedBy });
  }
  if (config.tailnet?.oauthClient !== undefined) {
    const present = Object.hasOwn(config.secrets, OAUTH_SECRET);
    const usedBy = ["the tailnet's policy"];
    needed.set(OAUTH_SECRET, { name: OAUTH_SECRET, present, generate: undefined, obtain: OBTAIN_CLIENT, usedBy });
  }
  for (const { name, at, generate, obtain } of backupSecrets(config)) {
    const usedBy = [...(needed.get(name)?.usedBy ?? []), ["homelab:backups", ...at].join(".")];
    const known = needed.get(name) ?? { name, present: isSet(config, name), generate, obtain };
    needed.set(name, { ...known, usedBy });
  }
  for (const { name, at, obtain } of notifySecrets(config)) {
    const usedBy = [...(needed.get(name)?.usedBy ?? []), `homelab:notify.${at.join(".")}`];
    const known = needed.get(name) ?? { name, present: isSet(config, name), generate: undefined, obtain };
    needed.set(name, { ...known, usedBy });
  }
  return [...needed.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isSet(config: Declared["config"], id: string): boolean {
  const { project, name } = ownerOf(id);
  return Object.hasOwn(project === undefined ? config.secrets : (config.projects[project]?.secrets ?? {}), name);
}

/** Names of the secrets in what a service is made from. */
function secretNames({ definition, files, volumes }: ServiceModel, project: Project): Set<string> {
  const mounted = project.volumes.filter(({ name }) =>
    volumes.some((it) => it.type === "volume" && it.source === name),
  );
  const texts: readonly Text[] = [
    ...Object.values(definition.environment),
    ...Object.values(definition.labels),
    ...(definition.command ?? []),
    ...(definition.healthcheck?.test ?? []),
    ...files.map(({ content }) => content),
    ...mounted.flatMap(({ driver_opts: options }) => Object.values(options ?? {})),
  ];
  return new Set(texts.flatMap((text) => (text instanceof SecretText ? text.names : [])));
}
