import Table from "cli-table3";
import type { HostSummary } from "../components/host.js";

/** What runs where, as a table for the terminal. */
export function servicesTable(hosts: Readonly<Record<string, HostSummary>>): string {
  const table = new Table({
    head: ["host", "service", "image", "open", "who may reach it"],
    style: { head: [], border: [] },
  });
  for (const [host, { address, services }] of Object.entries(hosts)) {
    Object.entries(services).forEach(([service, { image, urls, ports }], i) => {
      table.push([i === 0 ? `${host}\n${address}` : "", service, image, urls.join("\n"), ports.join("\n")]);
    });
  }
  return table.toString();
}

/** What a resolver on the LAN has to know, in the words of those that people have. */
export function nameRecords(names: Readonly<Record<string, string>>): string {
  const entries = Object.entries(names);
  const lines = (record: (name: string, address: string) => string): string[] =>
    entries.map(([name, address]) => `  ${record(name, address)}`);
  return [
    "/etc/hosts, Pi-hole's and AdGuard Home's own lists:",
    ...lines((name, address) => `${address} ${name}`),
    "dnsmasq:",
    ...lines((name, address) => `host-record=${name},${address}`),
    "unbound:",
    ...lines((name, address) => `local-data: "${name}. A ${address}"`),
  ].join("\n");
}
