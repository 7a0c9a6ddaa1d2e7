import Table from "cli-table3";
import { parseName, patternsOfHost, printName } from "../../model/resource-names.js";
import type { ResourceName } from "../../model/resource-names.js";
import type { HostModel } from "../../model/types.js";
import { doneBy } from "../lib/engine-events.js";
import type { Outcome } from "./events.js";

/** What a deployment came to on one host. */
export interface HostOutcome {
  readonly host: string;
  /** As in "3 created, 1 replaced". */
  readonly done: string;
  /** What is declared and was not done, or why nothing was. */
  readonly notDone: string;
}

/** What a deployment came to, host by host. */
export function outcomePerHost(hosts: readonly HostModel[], outcome: Outcome): HostOutcome[] {
  return hosts.map((host) => {
    const counts = new Map<string, number>();
    for (const [resource, op] of outcome.done) {
      if (op !== "same" && hostOf(resource) === host.name && !outcome.failed.has(resource)) {
        counts.set(doneBy(op), (counts.get(doneBy(op)) ?? 0) + 1);
      }
    }
    return {
      host: host.name,
      done: [...counts].map(([word, count]) => `${count} ${word}`).join(", ") || "nothing to do",
      notDone: outcome.notDone[host.name] ?? missing(host, outcome).join(", "),
    };
  });
}

/** What failed, and what was not even tried because it needs something that failed. */
function missing(host: HostModel, { done, failed }: Outcome): string[] {
  const declared: ResourceName[] = [
    ...host.settings.map(({ name }) => ({ kind: "setting", host: host.name, name }) as const),
    ...host.networks.map(({ name }) => ({ kind: "network", host: host.name, name }) as const),
    ...host.volumes.map(({ name }) => ({ kind: "volume", host: host.name, name }) as const),
    ...host.images.map(({ reference }) => ({ kind: "image", host: host.name, name: reference }) as const),
    ...host.services.map(({ name }) => ({ kind: "container", host: host.name, name }) as const),
  ];
  const untried = declared.map(printName).filter((name) => !done.has(name));
  const ofHost = [...failed].filter((name) => hostOf(name) === host.name);
  return [...new Set([...ofHost, ...untried])].map((name) => name.slice(host.name.length + 1) || name).sort();
}

/** Names of the hosts on which something failed. */
export function failingHosts(hosts: readonly HostModel[], { failed }: Outcome): string[] {
  const failing = new Set([...failed].map(hostOf));
  return hosts.map(({ name }) => name).filter((name) => failing.has(name));
}

/** Patterns for all that belongs to these hosts. */
export const allOfHosts = (names: readonly string[]): string[] => names.flatMap(patternsOfHost);

const hostOf = (resource: string): string | undefined => parseName(resource)?.host;

/** What a deployment came to, for the terminal. */
export function outcomeTable(outcomes: readonly HostOutcome[]): string {
  const table = new Table({ head: ["HOST", "DONE", "NOT DONE"], style: { head: [], border: [] } });
  for (const { host, done, notDone } of outcomes) {
    table.push([host, done, notDone]);
  }
  return table.toString();
}
