import { composeFileOf, ROLES } from "../roles.js";
import type { Role } from "../roles.js";
import type { Config, HostConfig } from "../config/settings.js";
import type { MissingSecret, Scope } from "../compose/interpolate.js";
import { secretId, shareName } from "../compose/names.js";
import { howToSet } from "../compose/secret-sources.js";
import type { SecretSources } from "../compose/secret-sources.js";

/** Whose names a Compose file refers to. */
export interface Owner {
  /** The project's own name. */
  readonly project: string;
  /** It comes with the program, so that its names are those of the homelab. */
  readonly ours: boolean;
}

/** The Compose files of roles come with the program; all others are the owner's. */
const OURS: readonly string[] = ROLES.map(composeFileOf);

export const ownerOf = (file: string, project: string): Owner => ({ project, ours: OURS.includes(file) });

/**
 * What `${NAME}` stands for in a Compose file on a host: docs/compose.md lists the names. A project has its own names, and
 * of the homelab's those that it shares; what the program provides can be otherwise for one project, never for all.
 */
export function scopeOf(stack: string, host: string, config: Config, sources: SecretSources, by: Owner): Scope {
  const own = config.projects[by.project];
  const shared = own?.shared ?? [];
  const isSeen = (name: string): boolean => by.ours || shared.includes(name);
  const secrets = secretsOf(config, by);
  const owner = by.ours ? undefined : by.project;
  return {
    values: { ...seen(config.values, isSeen), ...providedBy(config, host), ...own?.values },
    secrets,
    own: Object.keys(by.ours ? sources : (own?.secrets ?? {})).filter((name) => Object.hasOwn(secrets, name)),
    missing: Object.fromEntries(
      Object.entries(sources)
        .filter(([name]) => !Object.hasOwn(secrets, name))
        .map(([name, source]) => [name, missingSecret({ stack, config, owner: by }, name, source)]),
    ),
    absent: addressesOfNobody(config.hosts),
    others: [...Object.keys(config.values), ...Object.keys(config.secrets)].filter((name) => !isSeen(name)),
    shared: shared.length,
    owner,
    stack,
  };
}

/** The secrets that a Compose file may use and that are set, by the names that it has for them. */
export function secretsOf(config: Config, { project, ours }: Owner): Record<string, string> {
  const own = config.projects[project];
  const isSeen = (name: string): boolean => ours || (own?.shared ?? []).includes(name);
  return Object.fromEntries([
    ...Object.keys(config.secrets)
      .filter(isSeen)
      .map((name) => [name, secretId(undefined, name)] as const),
    ...Object.keys(own?.secrets ?? {}).map((name) => [name, secretId(project, name)] as const),
  ]);
}

interface Asked {
  readonly stack: string;
  readonly config: Config;
  /** Whose file refers to the secret. */
  readonly owner: Owner;
}

/** What to do about a secret that a Compose file refers to, and that it has not. */
export function missingSecret(
  { stack, config, owner: { project, ours } }: Asked,
  name: string,
  source: SecretSources[string] | undefined,
): MissingSecret {
  const remedy = howToSet(stack, secretId(ours ? undefined : project, name), source);
  if (ours || !Object.hasOwn(config.secrets, name)) {
    return { message: `the secret ${name} is not set`, remedies: [remedy] };
  }
  const command = shareName(stack, project, name, config.projects[project]?.shared.length ?? 0);
  return {
    message: `the project ${project} has no secret ${name}, and does not share the homelab's`,
    remedies: [remedy, { prose: `share the homelab's ${name}`, command }],
  };
}

const seen = (map: Readonly<Record<string, string>>, isSeen: (name: string) => boolean): Record<string, string> =>
  Object.fromEntries(Object.entries(map).filter(([name]) => isSeen(name)));

/** What the program provides on a host. */
const providedBy = ({ domain, timezone, lan, hosts }: Config, host: string): Record<string, string> => ({
  DOMAIN: domain,
  TIMEZONE: timezone,
  LAN_SUBNET: lan.subnet,
  HOST_NAME: host,
  HOST_ADDRESS: hosts[host]?.address ?? "",
  ...addressesByRole(hosts),
});

/** NAS_ADDRESS, CI_ADDRESS, ...: for each role whose Compose file exactly one host runs, the address of that host. */
function addressesByRole(hosts: Config["hosts"]): Record<string, string> {
  return Object.fromEntries(
    ROLES.flatMap((role) => {
      const [only, ...others] = Object.values(hosts).filter((host) => runs(role, host));
      return only === undefined || others.length > 0 ? [] : [[`${role.toUpperCase()}_ADDRESS`, only.address]];
    }),
  );
}

/** The same names for the other roles, with the reason. */
function addressesOfNobody(hosts: Config["hosts"]): NonNullable<Scope["absent"]> {
  return Object.fromEntries(
    ROLES.flatMap((role) => {
      const [first, ...others] = Object.entries(hosts).filter(([, host]) => runs(role, host));
      if (first !== undefined && others.length === 0) {
        return [];
      }
      const names = [first, ...others].flatMap((it) => it?.[0] ?? []).join(" and ");
      const message = first === undefined ? `no host has the role ${role}` : `${names} have the role ${role}`;
      const prose =
        first === undefined
          ? `give one host role: ${role}, or remove what needs it`
          : "write the address of the one that is meant";
      return [[`${role.toUpperCase()}_ADDRESS`, { message, remedy: { prose } }]];
    }),
  );
}

/** Has a host the role, or beside another one its Compose file, as one machine that does it all? */
const runs = (role: Role, host: HostConfig): boolean =>
  host.role === role || host.services.includes(composeFileOf(role));
