import * as pulumi from "@pulumi/pulumi";
import { CiController } from "./components/ci-controller.js";
import type { HostSummary } from "./model/outputs/summary.js";
import { MediaServer } from "./components/media-server.js";
import { NasHost } from "./components/nas-host.js";
import { observe } from "./components/observe.js";
import { PiZeroAgent } from "./components/pi-zero-agent.js";
import { PlainHost } from "./components/plain-host.js";
import { HomelabError } from "./model/yaml/problem.js";
import { loadHomelab } from "./model/load.js";
import { dnsRecords } from "./model/outputs/dns.js";

const ROLES = { nas: NasHost, ci: CiController, media: MediaServer, agent: PiZeroAgent };

/** Registers the whole homelab; answers with the stack's outputs. */
async function main(): Promise<Record<string, unknown>> {
  const homelab = loadHomelab(pulumi.getStack(), [pulumi.getRootDirectory(), __dirname]);
  const secrets = new pulumi.Config().getSecretObject<Record<string, string>>("secrets") ?? {};
  const stateOf = await observe(homelab, pulumi.getStack());

  const hosts: Record<string, HostSummary> = {};
  const notDone: Record<string, string> = {};
  for (const host of homelab.hosts) {
    const { name, role } = host;
    const state = stateOf(host);
    if (state.notDone !== undefined) {
      notDone[name] = state.notDone;
    }
    hosts[name] = new (role === undefined ? PlainHost : ROLES[role])(name, { host, secrets, state }).summary;
  }
  return { hosts, dns: dnsRecords(homelab.names), notDone };
}

/** A mistake in the declaration is shown as such, without a stack trace. */
async function explained<T>(program: () => Promise<T>): Promise<T> {
  try {
    return await program();
  } catch (error) {
    throw error instanceof HomelabError ? new pulumi.RunError(error.message) : error;
  }
}

module.exports = () => explained(main);
