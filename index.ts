import * as pulumi from "@pulumi/pulumi";
import { CiController } from "./components/ci-controller.js";
import type { HostSummary } from "./components/host.js";
import { MediaServer } from "./components/media-server.js";
import { NasHost } from "./components/nas-host.js";
import { PiZeroAgent } from "./components/pi-zero-agent.js";
import { PlainHost } from "./components/plain-host.js";
import { unreachable } from "./components/reachability.js";
import { HomelabError } from "./model/errors.js";
import { loadHomelab } from "./model/load.js";
import { dnsRecords } from "./model/routes.js";

const ROLES = { nas: NasHost, ci: CiController, media: MediaServer, agent: PiZeroAgent };

/** Registers the whole homelab; answers with the stack's outputs. */
async function main(): Promise<Record<string, unknown>> {
  const homelab = loadHomelab(pulumi.getStack(), [pulumi.getRootDirectory(), __dirname]);
  const secrets = new pulumi.Config().getSecretObject<Record<string, string>>("secrets") ?? {};
  const notDone = await unreachable(homelab.hosts);

  const hosts: Record<string, HostSummary> = {};
  for (const host of homelab.hosts) {
    const { name, role } = host;
    const reason = notDone.get(name);
    if (reason !== undefined) {
      await pulumi.log.warn(
        `${name} (${host.address}) cannot be reached: ${reason}. It is left as it is; deploy again when it is back.`,
      );
    }
    hosts[name] = new (role === undefined ? PlainHost : ROLES[role])(name, {
      host,
      secrets,
      frozen: reason !== undefined,
    }).summary;
  }
  return { hosts, dns: dnsRecords(homelab.names), notDone: Object.fromEntries(notDone) };
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
