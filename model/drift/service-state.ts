import { hasFinished, keepsRestarting } from "./containers.js";
import type { ContainerReport, ProbeReport } from "./report.js";
import type { ServiceModel } from "../types.js";

/**
 * How a service is. running: it has no health check. finished: it ended well, and nothing restarts it. absent: its host has
 * no container of it. unknown: its host does not say.
 */
type ServiceState =
  | "healthy"
  | "running"
  | "starting"
  | "unhealthy"
  | "restarting"
  | "paused"
  | "stopped"
  | "finished"
  | "absent"
  | "unknown";

export interface ServiceStatus {
  readonly state: ServiceState;
  /** Since it was last started; null where it does not run, or nobody knows. */
  readonly upSeconds: number | null;
  /** With which it ended; null for one that has not. */
  readonly exitCode: number | null;
}

/** Nothing is known of it. */
export const UNKNOWN: ServiceStatus = { state: "unknown", upSeconds: null, exitCode: null };

/** How a service is, as its host reports. */
export function serviceStatus(service: ServiceModel, { containers }: Pick<ProbeReport, "containers">): ServiceStatus {
  if (containers === null) {
    return UNKNOWN;
  }
  const seen = containers.find((it) => it.name === service.name && it.service !== "");
  if (seen === undefined || seen.state === "removed") {
    return { ...UNKNOWN, state: "absent" };
  }
  const state = stateOf(seen, service);
  const ended = state === "stopped" || state === "finished";
  return { state, upSeconds: seen.upSeconds, exitCode: ended ? seen.exitCode : null };
}

/** Is it as it should be, as far as can be told? */
export const isWell = ({ state }: ServiceStatus): boolean => ["healthy", "running", "finished"].includes(state);

function stateOf(seen: ContainerReport, service: ServiceModel): ServiceState {
  if (keepsRestarting(seen)) {
    return "restarting";
  }
  if (seen.state === "running") {
    return HEALTH[seen.health] ?? "running";
  }
  return seen.state === "paused" ? "paused" : hasFinished(seen, service) ? "finished" : "stopped";
}

/** By Docker's words. */
const HEALTH: Readonly<Record<string, ServiceState>> = {
  healthy: "healthy",
  starting: "starting",
  unhealthy: "unhealthy",
};
