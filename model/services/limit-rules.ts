import type { ComposeService } from "../compose/service.js";
import type { Path } from "../yaml/source.js";
import type { Planning } from "./planning.js";

/**
 * Compose has two places for a limit, and refuses a file that says different things there, or says one only in the first
 * where the second is there for others.
 */
export function checkLimits(planning: Planning, at: Path, it: ComposeService): void {
  const { limits, reservations } = it.deploy?.resources ?? {};
  const pairs = [
    ["mem_limit", it.mem_limit, "limits.memory", limits, limits?.memory],
    ["cpus", it.cpus, "limits.cpus", limits, limits?.cpus],
    ["pids_limit", it.pids_limit, "limits.pids", limits, limits?.pids],
    ["mem_reservation", it.mem_reservation, "reservations.memory", reservations, reservations?.memory],
  ] as const;
  for (const [key, own, place, section, other] of pairs) {
    if (own !== undefined && section !== undefined && own !== other) {
      const message = `${key} and deploy.resources.${place} say different things`;
      const prose = other === undefined ? `move it to deploy.resources.${place}` : "remove one of the two";
      planning.complain([...at, key], "conflicting-keys", message, { prose });
    }
  }
}
