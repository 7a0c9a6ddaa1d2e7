import type { Gpus } from "../compose/gpus.js";
import type { ComposeService } from "../compose/service.js";
import type { Path } from "../yaml/source.js";
import type { Planning } from "./planning.js";

/** The GPUs that a service is given; undefined if none. */
export const gpusOf = ({ gpus, deploy }: ComposeService): Gpus | undefined =>
  gpus ?? deploy?.resources?.reservations?.devices;

/** What is said twice of GPUs would count twice to Compose. */
export function checkGpus(planning: Planning, at: Path, { gpus, deploy }: ComposeService): void {
  if (gpus !== undefined && deploy?.resources?.reservations?.devices !== undefined) {
    const message = "gpus: and deploy.resources.reservations.devices: both ask for GPUs";
    planning.complain([...at, "gpus"], "conflicting-keys", message, { prose: "remove one of the two" });
  }
}
