import { composeFileOf, ROLES } from "../roles.js";
import type { Role } from "../roles.js";
import type { Config, HostConfig } from "../config/settings.js";
import type { Scope } from "../compose/interpolate.js";
import { howToSet } from "../compose/secret-sources.js";
import type { SecretSources } from "../compose/secret-sources.js";

/** What `${NAME}` stands for in the Compose files of a host: docs/compose.md lists the names. */
export function scopeOf(stack: string, host: string, config: Config, sources: SecretSources): Scope {
  const { domain, timezone, lan, hosts, values, secrets } = config;
  const address = hosts[host]?.address ?? "";
  return {
    values: {
      DOMAIN: domain,
      TIMEZONE: timezone,
      LAN_SUBNET: lan.subnet,
      HOST_NAME: host,
      HOST_ADDRESS: address,
      ...addressesByRole(hosts),
      ...values,
    },
    secrets: Object.keys(secrets),
    own: Object.keys(sources).filter((name) => Object.hasOwn(secrets, name)),
    missing: Object.fromEntries(
      Object.entries(sources)
        .filter(([name]) => !Object.hasOwn(secrets, name))
        .map(([name, source]) => [name, howToSet(stack, name, source)]),
    ),
    absent: addressesOfNobody(hosts),
    stack,
  };
}

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
