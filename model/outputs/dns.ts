import type { HostModel } from "../types.js";

/** The names in the rules of Traefik's routers, which stand in the labels of what they lead to. */
export function routedNames(hosts: readonly HostModel[]): Record<string, string> {
  const rules = hosts.flatMap(({ address, services }) =>
    services.flatMap(({ definition }) =>
      Object.entries(definition.labels)
        .filter(([label]) => /^traefik\.http\.routers\.[^.]+\.rule$/.test(label))
        .map(([, rule]) => ({ address, rule })),
    ),
  );
  const names = rules.flatMap(({ address, rule }) =>
    [...rule.matchAll(/Host\(([^)]*)\)/g)].flatMap(([, list = ""]) =>
      [...list.matchAll(/[`"]([^`"]+)[`"]/g)].map(([, name = ""]) => [name, address] as const),
    ),
  );
  return Object.fromEntries(names.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a resolver on the LAN has to know, in the words of those that people have. */
export interface DnsRecords {
  /** Lines for /etc/hosts; Pi-hole and AdGuard Home take the same. */
  readonly hosts: readonly string[];
  readonly dnsmasq: readonly string[];
  readonly unbound: readonly string[];
}

/** The records for names and their addresses. */
export function dnsRecords(names: Readonly<Record<string, string>>): DnsRecords {
  const entries = Object.entries(names);
  return {
    hosts: entries.map(([name, address]) => `${address} ${name}`),
    dnsmasq: entries.map(([name, address]) => `host-record=${name},${address}`),
    unbound: entries.map(([name, address]) => `local-data: "${name}. A ${address}"`),
  };
}
