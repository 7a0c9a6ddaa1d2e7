import { ROUTER_RULE } from "../labels.js";
import type { HostModel, ServiceModel } from "../types.js";
import type { Output } from "./output.js";

/** What a resolver on the LAN has to know, in the words of those that people have. */
interface DnsRecords {
  /** Addresses by name. */
  readonly names: Readonly<Record<string, string>>;
  /** Lines for /etc/hosts; Pi-hole and AdGuard Home take the same. */
  readonly hosts: readonly string[];
  readonly dnsmasq: readonly string[];
  readonly unbound: readonly string[];
}

/** The names under which services are routed. */
export const dns: Output<DnsRecords> = {
  name: "dns",
  derive: ({ hosts }) => {
    const names = routedNames(hosts);
    const entries = Object.entries(names);
    return {
      names,
      hosts: entries.map(([name, address]) => `${address} ${name}`),
      dnsmasq: entries.map(([name, address]) => `host-record=${name},${address}`),
      unbound: entries.map(([name, address]) => `local-data: "${name}. A ${address}"`),
    };
  },
  show: ({ hosts, dnsmasq, unbound }) => {
    const part = (title: string, lines: readonly string[]): string[] => [title, ...lines.map((line) => `  ${line}`)];
    return [
      {
        title: "Names on the LAN: your resolver has to know them",
        lines: [
          ...part("/etc/hosts, Pi-hole's and AdGuard Home's own lists:", hosts),
          ...part("dnsmasq:", dnsmasq),
          ...part("unbound:", unbound),
        ],
      },
    ];
  },
};

/** The names that lead to services, each with the address of the Traefik that answers. */
function routedNames(hosts: readonly HostModel[]): Record<string, string> {
  const names = hosts.flatMap(({ address, services }) =>
    services.flatMap(({ definition, routes }) => [
      ...labelledNames(definition).map((name) => [name, address] as const),
      ...routes.map(({ name, proxy }) => [name, proxy.address] as const),
    ]),
  );
  return Object.fromEntries(names.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The names in the rules of Traefik's routers, which are in the labels of the services that they lead to. */
export const labelledNames = ({ labels }: ServiceModel["definition"]): string[] =>
  Object.entries(labels)
    .filter(([label]) => ROUTER_RULE.test(label))
    .flatMap(([, rule]) => (typeof rule === "string" ? [...rule.matchAll(/Host\(([^)]*)\)/g)] : []))
    .flatMap(([, list = ""]) => [...list.matchAll(/[`"]([^`"]+)[`"]/g)].map(([, name = ""]) => name));
