import type { HostModel } from "./homelab.js";

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
