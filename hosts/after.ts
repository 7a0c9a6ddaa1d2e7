import { setTimeout as pause } from "node:timers/promises";
import type { Observation } from "../model/drift/observation.js";
import { patienceWith } from "../model/drift/verdict.js";
import type { HostModel } from "../model/types.js";
import { probeHosts } from "./probe.js";

const BETWEEN_MS = 2000;

interface AfterOptions {
  /** Probes hosts. @default probeHosts */
  readonly probe?: (hosts: readonly HostModel[]) => Promise<ReadonlyMap<string, Observation>>;
  /** Milliseconds between two probes. @default 2000 */
  readonly betweenMs?: number;
}

/**
 * Probes hosts after a deployment. A host on which something has just started is probed until that has settled, or has
 * taken too long; any other host is probed once.
 */
export async function observeSettled(
  hosts: readonly HostModel[],
  { probe = probeHosts, betweenMs = BETWEEN_MS }: AfterOptions = {},
): Promise<ReadonlyMap<string, Observation>> {
  const seen = new Map<string, Observation>();
  const begun = Date.now();
  for (let asked = hosts; asked.length > 0;) {
    for (const [name, observation] of await probe(asked)) {
      seen.set(name, observation);
    }
    const waited = (Date.now() - begun) / 1000;
    asked = asked.filter((host) => {
      const observation = seen.get(host.name);
      return observation?.status === "ok" && waited < patienceWith(host, observation.report);
    });
    if (asked.length > 0) {
      await pause(betweenMs);
    }
  }
  return seen;
}
