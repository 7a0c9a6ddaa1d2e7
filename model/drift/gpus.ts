import { gpusOf } from "../services/gpus.js";
import type { ServiceModel } from "../types.js";
import type { Found } from "./findings.js";
import type { ContainerReport, ProbeReport } from "./report.js";

/** What a service with NVIDIA's GPUs lacks on its host. Where its container runs, Docker has found all that it needs. */
export function missingToolkit(
  { name, definition }: ServiceModel,
  there: readonly ContainerReport[],
  { nvidia }: ProbeReport,
): Found[] {
  const runs = there.some((it) => it.name === name && it.service !== "" && it.state === "running");
  const lacks = (part: string, isNeeded: boolean): boolean => isNeeded && nvidia?.includes(part) === false;
  const what = lacks("hook", gpusOf(definition) !== undefined)
    ? "is to have GPUs, and the host has no NVIDIA Container Toolkit"
    : lacks("runtime", definition.runtime === "nvidia")
      ? "is to run with runtime: nvidia, and Docker's daemon.json has no such runtime"
      : undefined;
  return what === undefined || runs
    ? []
    : [
        {
          kind: "blocker",
          code: "no-gpu-toolkit",
          name,
          subject: name,
          words: what,
          remedy: {
            prose:
              "on the host, install NVIDIA's driver and nvidia-container-toolkit, run nvidia-ctk runtime configure --runtime=docker, and restart Docker",
          },
        },
      ];
}
