import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { HostSummary } from "../model/outputs/summary.js";
import { nameInUrn } from "../model/resource-names.js";
import { changesOf, doneBy, errorsOf } from "../scripts/lib/engine-events.js";
import type { Changes } from "../scripts/lib/engine-events.js";
import type { PulumiStack } from "../scripts/lib/pulumi-stack.js";
import { LabError } from "./lab-error.js";
import type { ControlServer, Lab } from "./lab.js";
import { prepareProject } from "./project.js";

/**
 * Runs a real `pulumi up` of this program against the hosts of a lab; if one host fails, the others are deployed to.
 *
 * @param tailnet the control server of the tailnet that the hosts join
 * @param report is called with a line for each event
 * @returns how many resources were created, replaced, left unchanged, …
 * @throws LabError if it was not completed
 */
export async function deploy(lab: Lab, tailnet: ControlServer, report: (line: string) => void): Promise<Changes> {
  report("configuration and secrets");
  const stack = await prepareProject(lab, { tailnet });
  report("pulumi up");
  const { ok, events, output } = await stack.operate("up", { continueOnError: true, onEvent: progressTo(report) });
  if (!ok) {
    throw new LabError(`the deployment is not complete:\n${errorsOf(events) || output}`);
  }
  return changesOf(events);
}

/** Reports a line such as `pi5/container/portainer created` for each step that starts or ends. */
function progressTo(report: (line: string) => void): (event: EngineEvent) => void {
  return ({ resourcePreEvent, resOutputsEvent }) => {
    const { op = "same", urn = "" } = (resourcePreEvent ?? resOutputsEvent)?.metadata ?? {};
    if (op !== "same") {
      report(`${nameInUrn(urn)} ${resourcePreEvent === undefined ? doneBy(op) : "…"}`);
    }
  };
}

/** What runs where, from the outputs of the last deployment. */
export async function summaries(stack: PulumiStack): Promise<Record<string, HostSummary>> {
  const { hosts = {} } = await stack.outputs();
  return hosts as Record<string, HostSummary>;
}
