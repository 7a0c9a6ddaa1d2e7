import * as pulumi from "@pulumi/pulumi";
import { driftOf, NO_REPAIRS, sentence } from "../model/drift/drift.js";
import type { Repairs } from "../model/drift/drift.js";
import type { HomelabModel, HostModel } from "../model/types.js";
import { probeHosts } from "../hosts/probe.js";
import type { Observation } from "../hosts/probe.js";
import { explain, remedy } from "../hosts/trouble.js";
import { remedyText } from "../model/yaml/remedy.js";

/** How a host is to be treated, given what was seen of it. */
export interface HostState {
  /** Why nothing can be done there now; what exists there is left as it is. undefined if it can. */
  readonly notDone: string | undefined;
  readonly repairs: Repairs;
}

/**
 * Looks at all hosts and says what was found, as warnings of the engine.
 *
 * @param stack whose name is part of the commands that are shown
 * @throws RunError if a host is not the one whose key is pinned
 */
export async function observe({ hosts }: HomelabModel, stack: string): Promise<(host: HostModel) => HostState> {
  const observations = await probeHosts(hosts);
  const states = new Map<string, HostState>();
  for (const host of hosts) {
    const observation = observations.get(host.name);
    states.set(host.name, observation === undefined ? UNTOUCHED : await stateOf(host, observation, stack));
  }
  return ({ name }) => states.get(name) ?? UNTOUCHED;
}

const UNTOUCHED: HostState = { notDone: undefined, repairs: NO_REPAIRS };

async function stateOf(host: HostModel, observation: Observation, stack: string): Promise<HostState> {
  if (observation.status === "ok") {
    const { findings, repairs } = driftOf(host, observation.report);
    for (const finding of findings) {
      await pulumi.log.warn(sentence(finding));
    }
    return { notDone: undefined, repairs };
  }
  const { status, reason } = observation;
  if (status === "wrong host key") {
    throw new pulumi.RunError(`${explain(host, status, reason)} -> ${remedyText(remedy(host, status, stack))}`);
  }
  if (status === "refused" && pulumi.runtime.isDryRun()) {
    await pulumi.log.warn(
      `${explain(host, status, reason)} What differs on it is not known; what is declared is shown.`,
    );
    return UNTOUCHED;
  }
  await pulumi.log.warn(
    `${explain(host, status, reason)} It is left as it is; ${remedyText(remedy(host, status, stack))}`,
  );
  return { notDone: `${status}: ${reason}`, repairs: NO_REPAIRS };
}
