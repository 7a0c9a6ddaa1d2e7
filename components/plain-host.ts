import * as pulumi from "@pulumi/pulumi";
import { Containers } from "./containers.js";
import { summarize } from "./host.js";
import type { HostArgs, HostSummary } from "./host.js";

/** A host without a role: it runs what its owner puts there. */
export class PlainHost extends pulumi.ComponentResource {
  /** What runs there and where to find it. */
  readonly summary: HostSummary;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:index:PlainHost", name, {}, opts);
    new Containers(`${name}-containers`, args, { parent: this });
    this.summary = summarize(args.host);
    this.registerOutputs({ summary: this.summary });
  }
}
