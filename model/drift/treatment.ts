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
  /** Nothing can be done there now: what exists is left as it is. */
  | { readonly kind: "leave"; readonly notDone: string }
  /** Nothing may be done there, and the owner has to look. */
  | { readonly kind: "refuse" };

/** @param preview whether nothing is done in any case */
export function treatmentOf(host: DriftHost, observation: Observation, preview: boolean): Treatment {
  switch (observation.status) {
    case "ok":
      return { kind: "deploy", ...driftOf(host, observation.report) };
    case "wrong host key":
      return { kind: "refuse" };
    default:
      return observation.status === "refused" && preview
        ? { kind: "show" }
        : { kind: "leave", notDone: `${observation.status}: ${observation.reason}` };
  }
}
