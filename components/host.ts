import type * as pulumi from "@pulumi/pulumi";
import type { HostModel } from "../model/types.js";
import { Containers } from "./containers.js";
import { HostSettings } from "./host-settings.js";
import type { HostState } from "./observe.js";
import { summarize } from "../model/outputs/summary.js";
import type { HostSummary } from "../model/outputs/summary.js";
import { renderWith } from "./render.js";
import { Repair } from "./repair.js";

/** What every host is made from, whatever its role. */
export interface HostArgs {
  /** What it has to be. */
  readonly host: HostModel;
  /** Values of the stack's secrets by name. */
  readonly secrets: pulumi.Input<Record<string, string>>;
  /**
   * How the host was found.
   * @default one that can be deployed to, and on which nothing needs repair
   */
  readonly state?: HostState;
}

/** Registers the parts of a host, in the order in which they are made: its settings, then its containers. */
export function hostParts(name: string, { host, secrets, state }: HostArgs, parent: pulumi.Resource): HostSummary {
  const render = renderWith(secrets);
  const repair = new Repair(state);
  const settings = new HostSettings(`${name}-settings`, { host, render, repair }, { parent });
  new Containers(`${name}-containers`, { host, render, repair, after: settings.commands }, { parent });
  return summarize(host);
}
