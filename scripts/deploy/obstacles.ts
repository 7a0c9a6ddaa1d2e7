import { driftOf, wordsOf } from "../../model/drift/drift.js";
import type { Finding } from "../../model/drift/findings.js";
import type { Observation } from "../../model/drift/observation.js";
import type { HostModel } from "../../model/types.js";
import { CHOSEN_VARIABLE } from "../../hosts/chosen.js";
import { probeHosts } from "../../hosts/probe.js";
import { tightDisks } from "../lib/registry/room.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import type { Scope } from "./chosen.js";
import { allOfHosts } from "./outcome.js";
import type { HostOutcome } from "./outcome.js";

/** What is known of a deployment before it begins. */
export interface Obstacles {
  /** Hosts that it would leave half done, each with the reason, a line each. */
  readonly left: ReadonlyMap<string, string>;
  /** What may go wrong, a line each. */
  readonly warnings: readonly string[];
}

/** What no container could be made with, so that its host is better left as it is. */
const PREVENTS = "port-taken" satisfies Finding["code"];

const MAKE_ROOM = "make room on its disk: docker system df, on the host, shows what images use";

interface LookOptions {
  /** Do not ask registries how large the images are. @default false */
  readonly offline?: boolean;
  /** Looks at hosts. @default probeHosts */
  readonly probe?: (hosts: readonly HostModel[]) => Promise<ReadonlyMap<string, Observation>>;
  /** Fetches. @default the fetch of Node */
  readonly ask?: typeof fetch;
}

/**
 * Looks for what would make a deployment fail in the middle of a host. What cannot be seen is no obstacle: the deployment
 * itself says why a host does not answer.
 */
export async function obstaclesOn(
  hosts: readonly HostModel[],
  { offline = false, probe = probeHosts, ask }: LookOptions = {},
): Promise<Obstacles> {
  const seen = await probe(hosts);
  const disks = offline ? [] : await tightDisks(hosts, seen, ask);
  const left = hosts.flatMap((host) => {
    const observation = seen.get(host.name);
    const findings = observation?.status === "ok" ? driftOf(host, observation.report).findings : [];
    const reasons = [
      ...findings.filter(({ code }) => code === PREVENTS).map((it) => `${it.subject}: ${wordsOf(it)}`),
      ...disks.filter((it) => it.host === host.name && !it.fits).map(({ words }) => `${words} -> ${MAKE_ROOM}`),
    ];
    return reasons.length === 0 ? [] : [[host.name, reasons.join("\n")] as const];
  });
  const warnings = disks.filter(({ fits }) => fits).map(({ host, words }) => `${host}: ${words} -> ${MAKE_ROOM}`);
  return { left: new Map(left), warnings };
}

/** A deployment without the hosts that would be left half done: the engine neither asks nor changes them. */
export function without(scope: Scope, { left }: Obstacles): Scope {
  const hosts = scope.hosts.filter(({ name }) => !left.has(name));
  if (hosts.length === scope.hosts.length) {
    return scope;
  }
  const { stack } = scope;
  const names = hosts.map(({ name }) => name).join(",");
  return {
    stack: new PulumiStack(stack.directory, stack.name, { ...stack.env, [CHOSEN_VARIABLE]: names }),
    hosts,
    exclude: [...scope.exclude, ...allOfHosts([...left.keys()])],
  };
}

/** The hosts that are left as they are, with the reasons, and what may go wrong; a line each. */
export const describeObstacles = ({ left, warnings }: Obstacles): readonly string[] => [
  ...[...left].flatMap(([host, why]) => [`${host} is left as it is:`, ...why.split("\n").map((it) => `  ${it}`)]),
  ...warnings,
];

/** What a deployment came to on the hosts that it left out. */
export const outcomeOfObstacles = ({ left }: Obstacles): HostOutcome[] =>
  [...left].map(([host, notDone]) => ({ host, done: "nothing", notDone }));
