import type { ServiceModel } from "../types.js";

/** Docker's own default, in seconds. */
export const STOP_GRACE_SECONDS = 10;

/** How long a container may take to stop, in whole seconds, before it is killed. */
export function graceSeconds({ definition }: ServiceModel): number {
  return Math.ceil(definition.stop_grace_period ?? STOP_GRACE_SECONDS);
}
