import { driftOf, wordsOf } from "../../model/drift/drift.js";
import type { Finding } from "../../model/drift/findings.js";
import type { Observation } from "../../model/drift/observation.js";
import type { HostModel } from "../../model/types.js";
import { CHOSEN_VARIABLE } from "../../hosts/chosen.js";
import { probeHosts } from "../../hosts/probe.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import type { Scope } from "./chosen.js";
import { allOfHosts } from "./outcome.js";
import type { HostOutcome } from "./outcome.js";

/** Hosts that a deployment would leave half done, each with the reason, a line each. */
export type Obstacles = ReadonlyMap<string, string>;

/** What no container could be made with, so that its host is better left as it is. */
const PREVENTS = "port-taken" satisfies Finding["code"];

/**
 * Looks for what would make a deployment fail in the middle of a host. What cannot be seen is no obstacle: the deployment
 * itself says why a host does not answer.
 *
 * @param probe looks at hosts; @default probeHosts
 */
export async function obstaclesOn(
  hosts: readonly HostModel[],
  probe: (hosts: readonly HostModel[]) => Promise<ReadonlyMap<string, Observation>> = probeHosts,
): Promise<Obstacles> {
  const seen = await probe(hosts);
  const found = hosts.flatMap((host) => {
    const observation = seen.get(host.name);
    const findings = observation?.status === "ok" ? driftOf(host, observation.report).findings : [];
    const reasons = findings.filter(({ code }) => code === PREVENTS).map((it) => `${it.subject}: ${wordsOf(it)}`);
    return reasons.length === 0 ? [] : [[host.name, reasons.join("\n")] as const];
  });
  return new Map(found);
}

/** A deployment without the hosts that would be left half done: the engine neither asks nor changes them. */
export function without(scope: Scope, obstacles: Obstacles): Scope {
  const hosts = scope.hosts.filter(({ name }) => !obstacles.has(name));
  if (hosts.length === scope.hosts.length) {
    return scope;
  }
  const { stack } = scope;
  const names = hosts.map(({ name }) => name).join(",");
  return {
    stack: new PulumiStack(stack.directory, stack.name, { ...stack.env, [CHOSEN_VARIABLE]: names }),
    hosts,
    exclude: [...scope.exclude, ...allOfHosts([...obstacles.keys()])],
  };
}

/** The hosts that are left as they are, with the reasons. */
export const describeObstacles = (obstacles: Obstacles): string =>
  [...obstacles].map(([host, why]) => `${host} is left as it is:\n  ${why.replaceAll("\n", "\n  ")}`).join("\n");

/** What a deployment came to on the hosts that it left out. */
export const outcomeOfObstacles = (obstacles: Obstacles): HostOutcome[] =>
  [...obstacles].map(([host, notDone]) => ({ host, done: "nothing", notDone }));
