import { remedyText } from "../../model/yaml/remedy.js";
import { parseName, patternsOfHost, printName, TAILNET_NAMES } from "../../model/resource-names.js";
import type { ResourceName } from "../../model/resource-names.js";
import type { HostModel } from "../../model/types.js";
import { forgetCommand } from "../lib/command.js";
import { doneBy } from "../lib/engine-events.js";
import { TAILNET_ROW } from "../lib/plan/tailnet.js";
import { tableOf } from "../lib/table.js";
import type { Aftermath } from "./aftermath.js";
import type { Outcome } from "./events.js";

/** What a deployment came to on one host. */
export interface HostOutcome {
  readonly host: string;
  /** As in "3 created, 1 replaced". */
  readonly done: string;
  /** What is declared and was not done or is not so, a line each, or why nothing was; empty if there is no such thing. */
  readonly notDone: string;
}

/**
 * What a deployment came to, host by host.
 *
 * @param after what was seen of the hosts when it was over; @default nothing
 */
export function outcomePerHost(
  hosts: readonly HostModel[],
  outcome: Outcome,
  after: ReadonlyMap<string, Aftermath> = new Map(),
): HostOutcome[] {
  return hosts.map((host) => ({
    host: host.name,
    done: doneOn(host.name, outcome) || "nothing to do",
    notDone: outcome.notDone[host.name] ?? remaining(missing(host, outcome), after.get(host.name)).join("\n"),
  }));
}

/** The same for hosts that the state had, and that are declared no longer. */
export function outcomeOfRemoved(hosts: readonly HostModel[], outcome: Outcome, stack: string): HostOutcome[] {
  const declared = new Set(hosts.map(({ name }) => name));
  const touched = [...outcome.failed, ...[...outcome.done].filter(([, op]) => op !== "same").map(([name]) => name)];
  const removed = new Set(touched.map(hostOf).filter((name) => name !== undefined && !declared.has(name)));
  return [...removed].flatMap((host) => {
    if (host === undefined) {
      return [];
    }
    const left = [...outcome.failed].filter((name) => hostOf(name) === host).length;
    const prose = "deploy again once it is back; if it never comes back";
    const help = remedyText({ prose, command: forgetCommand(host, stack) });
    const notDone = left === 0 ? "" : `no longer declared: ${left} resources could not be removed\n-> ${help}`;
    return [{ host, done: doneOn(host, outcome) || "nothing", notDone }];
  });
}

/** The tailnet's policy, if it was left as it is: it is no host's. */
export function outcomeOfTailnet({ notDone }: Outcome): HostOutcome[] {
  const why = notDone[TAILNET_NAMES.policy];
  return why === undefined ? [] : [{ host: TAILNET_ROW, done: "nothing", notDone: why }];
}

/** As in "3 created, 1 replaced"; empty if there was nothing. How the host is reached is no thing of the host. */
function doneOn(host: string, { done, failed }: Outcome): string {
  const counts = new Map<string, number>();
  for (const [resource, op] of done) {
    const name = parseName(resource);
    if (op !== "same" && name?.host === host && name.kind !== "engine" && !failed.has(resource)) {
      counts.set(doneBy(op), (counts.get(doneBy(op)) ?? 0) + 1);
    }
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
}

/** What the engine could not do, and what is not as it should be all the same. That something failed is said once. */
function remaining(failed: readonly string[], after: Aftermath | undefined): string[] {
  const found = after?.notDone ?? [];
  const seen = found.filter(({ code, name }) => code !== "missing" || !failed.some((it) => it.endsWith(`/${name}`)));
  const settled = new Set(found.flatMap(({ code, name }) => (isSettled(code) ? [`container/${name}`] : [])));
  const left = failed.filter((it) => !settled.has(it));
  return [...(left.length === 0 ? [] : [left.join(", ")]), ...seen.map(({ words }) => words)];
}

/** Does a finding say by itself that a container failed, and what came of it? */
const isSettled = (code: string | undefined): boolean => code === "rolled-back" || code === "held";

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
export const outcomeTable = (outcomes: readonly HostOutcome[]): string =>
  tableOf(
    ["HOST", "DONE", "NOT DONE"],
    outcomes.map(({ host, done, notDone }) => [host, done, notDone]),
  );
