import { driftOf } from "./drift.js";
import type { Repairs } from "./drift.js";
import type { DriftHost, Finding } from "./findings.js";
import type { Observation } from "./observation.js";

/** What is done about a host, given what was seen of it: the table of docs/decisions/10-drift.md. */
export type Treatment =
  /** It can be deployed to: what drifted is named and repaired. */
  | { readonly kind: "deploy"; readonly findings: readonly Finding[]; readonly repairs: Repairs }
  /** What differs on it is not known, which a preview can do without: what is declared is shown. */
  | { readonly kind: "show" }
  /**
   * Nothing can be done there now: what exists is left as it is. Where nothing may be done and the owner has to look, it is
   * an error too, as far as that leaves the other hosts alone.
   */
  | { readonly kind: "leave"; readonly notDone: string; readonly error: boolean };

/** Nobody is let in with what is at hand here, which says nothing about the host. */
const WITHOUT_KEY: readonly Observation["status"][] = ["refused", "too many keys", "no key", "account locked"];

/** Something answers that is not the host that was declared. */
const NOT_THE_HOST: readonly Observation["status"][] = ["wrong host key", "another host"];

/** @param preview whether nothing is done in any case */
export function treatmentOf(host: DriftHost, observation: Observation, preview: boolean): Treatment {
  const { status } = observation;
  if (status === "ok") {
    return { kind: "deploy", ...driftOf(host, observation.report) };
  }
  // A deployment that fails as a program deletes nothing any more, on no host: there it is for the result to say.
  return preview && WITHOUT_KEY.includes(status)
    ? { kind: "show" }
    : { kind: "leave", notDone: `${status}: ${observation.reason}`, error: preview && NOT_THE_HOST.includes(status) };
}
