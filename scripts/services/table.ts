import Table from "cli-table3";
import type { HostSummary } from "../../model/outputs/summary.js";
import type { DnsRecords } from "../../model/outputs/dns.js";

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

/** DNS records for the terminal, under the names of the programs that take them. */
export function recordsText({ hosts, dnsmasq, unbound }: DnsRecords): string {
  const part = (title: string, lines: readonly string[]): string =>
    [title, ...lines.map((line) => `  ${line}`)].join("\n");
  return [
    part("/etc/hosts, Pi-hole's and AdGuard Home's own lists:", hosts),
    part("dnsmasq:", dnsmasq),
    part("unbound:", unbound),
  ].join("\n");
}
