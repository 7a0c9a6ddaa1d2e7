import * as pulumi from "@pulumi/pulumi";
import { NO_REPAIRS, sentence } from "../model/drift/drift.js";
import type { Repairs } from "../model/drift/drift.js";
import type { Observation } from "../model/drift/observation.js";
import { treatmentOf } from "../model/drift/treatment.js";
import type { HomelabModel, HostModel } from "../model/types.js";
import { isChosen } from "../hosts/chosen.js";
import { probeHosts } from "../hosts/probe.js";
import { explain, remedy } from "../hosts/trouble.js";
import { withRemedies } from "../model/yaml/remedy.js";

/** How to treat a host, given what the probe saw. */
export interface HostState {
  /** Why the host cannot be deployed to and is left as it is; undefined if it can be. */
  readonly notDone: string | undefined;
  readonly repairs: Repairs;
  /** Names of its volumes; undefined if the probe could not look. */
  readonly volumes?: ReadonlySet<string>;
}

/**
 * Probes all hosts and reports the findings as warnings of the engine. In a preview, a host that may be another machine
 * is an error.
 *
 * @param stack name of the stack, for the commands that are shown
 */
export async function observe({ hosts }: HomelabModel, stack: string): Promise<(host: HostModel) => HostState> {
  const observations = await probeHosts(hosts.filter(({ name }) => isChosen(name)));
  const states = new Map<string, HostState>();
  for (const host of hosts) {
    const observation = observations.get(host.name);
    states.set(host.name, observation === undefined ? LEFT_OUT : await stateOf(host, observation, stack));
  }
  return ({ name }) => states.get(name) ?? UNTOUCHED;
}

const UNTOUCHED: HostState = { notDone: undefined, repairs: NO_REPAIRS };
const LEFT_OUT: HostState = { notDone: "left out of the last deployment", repairs: NO_REPAIRS };

/** Exit code by which Pulumi's language host knows that the program failed and has reported why. */
const ERROR_SHOWN = 32;

async function stateOf(host: HostModel, observation: Observation, stack: string): Promise<HostState> {
  const treatment = treatmentOf(host, observation, pulumi.runtime.isDryRun());
  const matter = observation.status === "ok" ? "" : explain(host, observation.status, observation.reason);
  const help = observation.status === "ok" ? [] : [remedy(host, observation.status, stack)];
  switch (treatment.kind) {
    case "deploy":
      for (const finding of treatment.findings) {
        await pulumi.log.warn(sentence(finding));
      }
      return { notDone: undefined, repairs: treatment.repairs, ...volumesOf(observation) };
    case "show":
      await pulumi.log.warn(withRemedies(`${matter} Its drift is unknown; the preview shows what is declared`, help));
      return UNTOUCHED;
    case "leave":
      await pulumi.log[treatment.error ? "error" : "warn"](withRemedies(`${matter} It is left as it is`, help));
      if (treatment.error) {
        process.exitCode = ERROR_SHOWN; // the program goes on, to show the other hosts
      }
      return { notDone: withRemedies(treatment.notDone, help), repairs: NO_REPAIRS };
  }
}

const volumesOf = (observation: Observation): Pick<HostState, "volumes"> =>
  observation.status === "ok" && observation.report.volumes !== null
    ? { volumes: new Set(observation.report.volumes) }
    : {};
