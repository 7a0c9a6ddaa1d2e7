import Table from "cli-table3";
import type { HostModel } from "../../model/types.js";
import type { Outcome } from "./events.js";

/** What a deployment came to on one host. */
export interface HostOutcome {
  readonly host: string;
  /** As in "3 created, 1 replaced". */
  readonly done: string;
  /** What is declared and was not done, or why nothing was. */
  readonly notDone: string;
}

const WORDS: Readonly<Record<string, string>> = {
  create: "created",
  "create-replacement": "replaced",
  replace: "replaced",
  "delete-replaced": "replaced",
  update: "updated",
  delete: "deleted",
};

/** What a deployment came to, host by host. */
export function outcomePerHost(hosts: readonly HostModel[], outcome: Outcome): HostOutcome[] {
  const names = hosts.map(({ name }) => name);
  return hosts.map((host) => {
    const counts = new Map<string, number>();
    for (const [resource, op] of outcome.done) {
      const word = WORDS[op];
      if (word !== undefined && hostOf(resource, names) === host.name && !outcome.failed.has(resource)) {
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }
    return {
      host: host.name,
      done: [...counts].map(([word, count]) => `${count} ${word}`).join(", ") || "nothing to do",
      notDone: outcome.notDone[host.name] ?? missing(host, names, outcome).join(", "),
    };
  });
}

/** What failed, and what was not even tried because it needs something that failed. */
function missing(host: HostModel, names: readonly string[], { done, failed }: Outcome): string[] {
  const declared = [
    ...host.settings.map(({ name }) => name),
    ...host.networks.map(({ name }) => `network-${name}`),
    ...host.volumes.map(({ name }) => `volume-${name}`),
    ...host.images.map(({ reference }) => `image-${reference}`),
    ...host.services.map(({ name }) => name),
  ].map((name) => `${host.name}-${name}`);
  const untried = declared.filter((name) => !done.has(name));
  const ofHost = [...failed].filter((name) => hostOf(name, names) === host.name);
  return [...new Set([...ofHost, ...untried])].map((name) => name.slice(host.name.length + 1) || name).sort();
}

/** Names of the hosts on which something failed. */
export function failingHosts(hosts: readonly HostModel[], { failed }: Outcome): string[] {
  const names = hosts.map(({ name }) => name);
  const failing = new Set([...failed].map((resource) => hostOf(resource, names)));
  return names.filter((name) => failing.has(name));
}

/** Options of `pulumi up` that leave out hosts: those of these names, and such whose name begins with one of them and a dash. */
export const withoutHosts = (names: readonly string[]): string[] =>
  names.flatMap((name) => ["--exclude", `**::${name}`, "--exclude", `**::${name}-**`]);

/** The host that a resource is of: the names of resources begin with that of their host, and pi-zero with pi. */
function hostOf(resource: string, hosts: readonly string[]): string | undefined {
  return hosts
    .filter((host) => resource === host || resource.startsWith(`${host}-`))
    .sort((a, b) => b.length - a.length)[0];
}

/** What a deployment came to, for the terminal. */
export function outcomeTable(outcomes: readonly HostOutcome[]): string {
  const table = new Table({ head: ["HOST", "DONE", "NOT DONE"], style: { head: [], border: [] } });
  for (const { host, done, notDone } of outcomes) {
    table.push([host, done, notDone]);
  }
  return table.toString();
}
