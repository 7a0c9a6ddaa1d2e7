import type * as pulumi from "@pulumi/pulumi";
import type { HostModel } from "../model/homelab.js";
import { Containers } from "./containers.js";
import { HostSettings } from "./host-settings.js";
import type { HostState } from "./observe.js";
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

/** One line of "what runs where". */
export interface ServiceSummary {
  image: string;
  /** Where a browser finds it; empty for a service without a page. */
  urls: string[];
  /** Published ports and who may reach each, as in "9443/tcp: lan, tailnet". */
  ports: string[];
}

/** What runs on a host, for the stack's outputs. */
export interface HostSummary {
  role: string | null;
  address: string;
  services: Record<string, ServiceSummary>;
}

/** Registers the parts of a host, in the order in which they are made: its settings, then its containers. */
export function hostParts(name: string, { host, secrets, state }: HostArgs, parent: pulumi.Resource): HostSummary {
  const render = renderWith(secrets);
  const repair = new Repair(state);
  const settings = new HostSettings(`${name}-settings`, { host, render, repair }, { parent });
  new Containers(`${name}-containers`, { host, render, repair, after: settings.commands }, { parent });
  return summarize(host);
}

/** What runs on a host, in the words of the stack's outputs. */
export function summarize({ role, address, services }: HostModel): HostSummary {
  return {
    role: role ?? null,
    address,
    services: Object.fromEntries(
      services.map(({ name, definition, urls, ports }) => [
        name,
        {
          image: definition.image,
          urls: [...urls],
          ports: ports.map((port) => `${port.published ?? "?"}/${port.protocol}: ${port.audience.join(", ")}`),
        },
      ]),
    ),
  };
}
