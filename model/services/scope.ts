import { ROLES } from "../roles.js";
import type { Config } from "../config/settings.js";
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
    missing: Object.fromEntries(
      Object.entries(sources)
        .filter(([name]) => !Object.hasOwn(secrets, name))
        .map(([name, source]) => [name, howToSet(stack, name, source)]),
    ),
    stack,
  };
}

/** NAS_ADDRESS, CI_ADDRESS, ...: for each role that exactly one host has, the address of that host. */
function addressesByRole(hosts: Config["hosts"]): Record<string, string> {
  return Object.fromEntries(
    ROLES.flatMap((role) => {
      const [only, ...others] = Object.values(hosts).filter((host) => host.role === role);
      return only === undefined || others.length > 0 ? [] : [[`${role.toUpperCase()}_ADDRESS`, only.address]];
    }),
  );
}
