// What tailnet.test.ts deploys: the tailnet's part of the homelab whose configuration and Compose file SPEC has.
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { observeTailnet, Tailnet } from "../../components/tailnet.js";
import { buildHomelab } from "../../model/build.js";

/** What the program is given. */
export interface Spec {
  readonly config: string;
  readonly compose: string;
  readonly secret: string;
  /** Another address of the control server than the configuration's, which has to be of HTTPS. */
  readonly server?: string;
}

/** Registers it, and answers with what is not done. */
export async function main(): Promise<Record<string, unknown>> {
  const { config, compose, server, secret } = JSON.parse(fs.readFileSync(process.env["SPEC"] ?? "", "utf8")) as Spec;
  const { tailnet } = buildHomelab("test", (file) => ({ text: file.startsWith("stacks/") ? compose : config }));
  if (tailnet?.access === undefined) {
    throw new Error("the homelab has no tailnet whose API is reached");
  }
  const args = {
    tailnet: { ...tailnet, access: { ...tailnet.access, ...(server !== undefined && { server }) } },
    secrets: pulumi.secret({ [tailnet.access.secret]: secret }),
  };
  const state = await observeTailnet(args);
  const { keys } = new Tailnet({ ...args, state });
  return { notDone: state.notDone ?? "", keys: Object.fromEntries(keys) };
}
