import { setTimeout as pause } from "node:timers/promises";
import type { Observation } from "../model/drift/observation.js";
import { patienceWith } from "../model/drift/verdict.js";
import type { HostModel } from "../model/types.js";
import { probeHosts } from "./probe.js";

const BETWEEN_MS = 2000;

interface AfterOptions {
  /** Looks at hosts. @default probeHosts */
  readonly probe?: (hosts: readonly HostModel[]) => Promise<ReadonlyMap<string, Observation>>;
  /** From one look to the next. @default 2000 */
  readonly betweenMs?: number;
}

/**
 * Looks at hosts after a deployment. What has only just started is looked at until it has settled, or has taken longer
 * than it should; a host on which nothing was started is asked once.
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
