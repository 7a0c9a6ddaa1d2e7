import * as pulumi from "@pulumi/pulumi";
import { hostParts } from "./host.js";
import type { HostArgs } from "./host.js";
import type { HostSummary } from "../model/outputs/summary.js";

/** The NAS: file storage and the services beside it. */
export class NasHost extends pulumi.ComponentResource {
  /** What runs there and where to find it. */
  readonly summary: HostSummary;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:index:NasHost", name, {}, opts);
    this.summary = hostParts(name, args, this);
    this.registerOutputs({ summary: this.summary });
  }
}
