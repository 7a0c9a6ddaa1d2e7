import * as pulumi from "@pulumi/pulumi";
import { hostParts } from "./host.js";
import type { HostArgs } from "./host.js";
import type { HostSummary } from "../model/outputs/summary.js";

/** The CI controller: Woodpecker's server, its database and a registry. */
export class CiController extends pulumi.ComponentResource {
  /** What runs there and where to find it. */
  readonly summary: HostSummary;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:index:CiController", name, {}, opts);
    this.summary = hostParts(name, args, this);
    this.registerOutputs({ summary: this.summary });
  }
}
