import { ROLES } from "./audience.js";
import type { Config } from "./config.js";
import type { Scope } from "./interpolate.js";

/** What `${NAME}` stands for in the Compose files of a host: docs/values.md lists the names. */
export function scopeOf(host: string, { domain, timezone, lan, hosts, values, secrets }: Config): Scope {
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
