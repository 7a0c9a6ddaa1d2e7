import { observeSettled } from "../../hosts/after.js";
import { explain, remedy } from "../../hosts/trouble.js";
import { sentence, wordsOf } from "../../model/drift/drift.js";
import type { Observation } from "../../model/drift/observation.js";
import { verdictOn } from "../../model/drift/verdict.js";
import type { HostModel } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";

/** What of a host is not as it was declared, when a deployment is over. */
export interface Aftermath {
  readonly notDone: readonly {
    /** Of the finding; undefined where the host could not be looked at. */
    readonly code?: string;
    /** Of the thing that it is about. */
    readonly name: string;
    readonly words: string;
  }[];
  /** What is merely worth knowing. */
  readonly notes: readonly string[];
}

/** Looks at hosts again after a deployment: what counts is not that the engine was content, but how they are. */
export async function aftermathOn(hosts: readonly HostModel[], stack: string): Promise<ReadonlyMap<string, Aftermath>> {
  const seen = await observeSettled(hosts);
  return new Map(
    hosts.flatMap((host) => {
      const observation = seen.get(host.name);
      return observation === undefined ? [] : [[host.name, aftermathOf(host, observation, stack)] as const];
    }),
  );
}

/** What was seen of a host, in words. */
export function aftermathOf(host: HostModel, observation: Observation, stack: string): Aftermath {
  if (observation.status !== "ok") {
    const { status, reason } = observation;
    const words = `deployed, and then not seen: ${explain(host, status, reason)}\n-> ${remedyText(remedy(host, status, stack))}`;
    return { notDone: [{ name: host.name, words }], notes: [] };
  }
  const { notDone, notes } = verdictOn(host, observation.report);
  return {
    notDone: notDone.map((finding) => ({
      code: finding.code,
      name: finding.name,
      words: `${finding.subject}: ${wordsOf(finding)}`,
    })),
    notes: notes.map(sentence),
  };
}
