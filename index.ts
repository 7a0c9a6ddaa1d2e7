import * as pulumi from "@pulumi/pulumi";
import { CiController } from "./components/ci-controller.js";
import { MediaServer } from "./components/media-server.js";
import { NasHost } from "./components/nas-host.js";
import { PiZeroAgent } from "./components/pi-zero-agent.js";
import { HomelabError } from "./model/errors.js";
import { loadHomelab } from "./model/load.js";

const ROLES = { nas: NasHost, ci: CiController, media: MediaServer, agent: PiZeroAgent };

function main(): Record<string, unknown> {
  const homelab = loadHomelab(pulumi.getStack(), [pulumi.getRootDirectory(), __dirname]);
  const secrets = new pulumi.Config().getSecretObject<Record<string, string>>("secrets") ?? {};

  const hosts = homelab.hosts.map((host) => [host.name, new ROLES[host.role](host.name, { host, secrets })] as const);
  return { hosts: Object.fromEntries(hosts.map(([name, { summary }]) => [name, summary])) };
}

/** A mistake in the declaration is shown as such, without a stack trace. */
function explained<T>(program: () => T): T {
  try {
    return program();
  } catch (error) {
    throw error instanceof HomelabError ? new pulumi.RunError(error.message) : error;
  }
}

module.exports = explained(main);
