import { observeSettled } from "../../hosts/after.js";
import { isWell, serviceStatus } from "../../model/drift/service-state.js";
import type { ServiceStatus } from "../../model/drift/service-state.js";
import { graceSeconds } from "../../model/services/limits.js";
import type { PlacedService } from "../lib/find-service.js";
import { mustRun, troubleWith } from "../lib/on-host.js";

const SSH_SECONDS = 60;

/**
 * Restarts the container of a service and those that share its network, and watches it until it is healthy, or without a health check has run for a while.
 *
 * @param look looks at hosts until what was started on them has settled; @default observeSettled
 * @returns how it is then
 * @throws UserError if it cannot be restarted, or its host cannot be looked at
 */
export async function restart(
  { host, service }: PlacedService,
  stack: string,
  look = observeSettled,
): Promise<ServiceStatus & { readonly well: boolean }> {
  const { name } = service;
  // What shares its network would be left with the former one, which is gone. Docker restarts the containers of one command
  // side by side, so what needs the new network is named in a second one.
  const passengers = host.services.filter(({ networkOf }) => networkOf === name);
  for (const services of [[service], passengers].filter(({ length }) => length > 0)) {
    const grace = services.reduce((sum, { definition }) => sum + graceSeconds(definition), 0);
    await mustRun({ host, stack }, ["docker", "restart", ...services.map((it) => it.name)], grace + SSH_SECONDS);
  }
  // Only this one is waited for.
  const seen = (await look([{ ...host, services: [service] }])).get(host.name);
  if (seen?.status !== "ok") {
    const { status, reason } = seen ?? { status: "failed", reason: "it was not asked" };
    throw troubleWith(host, stack, status, reason);
  }
  const status = serviceStatus(service, seen.report);
  return { ...status, well: isWell(status) };
}
