import type { Text } from "../text.js";
import type { ComposeService } from "../compose/service.js";

type Definition = Pick<ComposeService, "healthcheck">;

/** A health check with every value said. */
export interface HealthModel {
  /** The check, as Docker takes it; undefined for that of the image. */
  readonly test: readonly Text[] | undefined;
  /** Seconds, as all the others. */
  readonly interval: number;
  readonly timeout: number;
  readonly startPeriod: number;
  /** undefined for Docker's own. */
  readonly startInterval: number | undefined;
  readonly retries: number;
}

/** What Docker takes where the file says nothing: seconds, and the least that counts as a start period. */
const DEFAULTS = { interval: 30, timeout: 30, retries: 3, startPeriod: 0.001 };

/** Does the Compose file say when the service is healthy? A check that only the image has is not waited for. */
export const hasHealthcheck = ({ healthcheck }: Definition): boolean =>
  healthcheck?.test !== undefined && healthcheck.test[0] !== "NONE" && !healthcheck.disable;

/**
 * What the Compose file says of a service's health; undefined if it says nothing. What is left out, or 0, Docker takes
 * from the image's check if that has one, and the provider would see a difference each time that it reads this back;
 * so every value is said.
 */
export function healthOf({ healthcheck }: Definition): HealthModel | undefined {
  if (healthcheck === undefined) {
    return undefined;
  }
  const { disable, test, interval, timeout, start_period, start_interval, retries } = healthcheck;
  return {
    test: disable ? ["NONE"] : test,
    interval: interval ?? DEFAULTS.interval,
    timeout: timeout ?? DEFAULTS.timeout,
    startPeriod: Math.max(start_period ?? 0, DEFAULTS.startPeriod),
    startInterval: start_interval,
    retries: retries ?? DEFAULTS.retries,
  };
}

const MIN_HEALTHY_SECONDS = 20;

/**
 * Seconds after which a container that is not healthy will not become so any more, with some to spare; undefined if it
 * cannot say whether it is healthy.
 */
export function healthySeconds(definition: Definition): number | undefined {
  const health = hasHealthcheck(definition) ? healthOf(definition) : undefined;
  if (health === undefined) {
    return undefined;
  }
  const { interval, timeout, retries } = health;
  const start = definition.healthcheck?.start_period ?? 0;
  return Math.max(MIN_HEALTHY_SECONDS, Math.ceil(start + retries * (interval + timeout) + interval));
}
