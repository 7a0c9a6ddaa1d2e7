import type { ComposeService } from "../compose/service.js";

// What a container may use. Compose has two places for most limits; the service's own key goes first, as with Compose.

type Definition = Pick<
  ComposeService,
  "cpus" | "deploy" | "mem_limit" | "mem_reservation" | "memswap_limit" | "pids_limit" | "stop_grace_period"
>;

/** Docker's own default. */
export const STOP_GRACE_SECONDS = 10;

/** How long a container may take to stop, in whole seconds, before it is killed. */
export const graceSeconds = ({ stop_grace_period }: Definition): number =>
  Math.ceil(stop_grace_period ?? STOP_GRACE_SECONDS);

/** How many processes and threads it may have; undefined for no limit. */
export const pidsLimit = ({ pids_limit, deploy }: Definition): number | undefined =>
  pids_limit ?? deploy?.resources?.limits?.pids;

/** Bytes of memory that it may use; undefined for no limit. */
export const memoryLimit = ({ mem_limit, deploy }: Definition): number | undefined =>
  mem_limit ?? deploy?.resources?.limits?.memory;

/**
 * Bytes of memory and swap together. Docker's own default is twice the memory; were it left out, the provider would see
 * a difference at each refresh.
 */
export function memorySwapLimit(definition: Definition): number | undefined {
  const memory = memoryLimit(definition);
  return definition.memswap_limit ?? (memory === undefined ? undefined : 2 * memory);
}

/** Bytes of memory that are kept for it. */
export const memoryReservation = ({ mem_reservation, deploy }: Definition): number | undefined =>
  mem_reservation ?? deploy?.resources?.reservations?.memory;

/** How many processors it may use, such as 0.5; undefined for no limit. */
export const cpuLimit = ({ cpus, deploy }: Definition): number | undefined => cpus ?? deploy?.resources?.limits?.cpus;
