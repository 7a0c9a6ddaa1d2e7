import type { types as command } from "@pulumi/command";
import type * as docker from "@pulumi/docker";
import { CONNECT_TIMEOUT_SECONDS, sshOptions } from "../hosts/ssh.js";
import type { HostModel } from "../model/types.js";

/** Where the Docker provider finds the engine of a host. */
export function dockerProviderArgs(host: HostModel): docker.ProviderArgs {
  return { host: `ssh://${host.user}@${host.address}:${host.port}`, sshOpts: sshOptions(host) };
}

/** How the command provider reaches a host: one connection for each operation, three tries. */
export function commandConnection({ address, port, user, hostKey }: HostModel): command.input.remote.ConnectionArgs {
  return { host: address, port, user, hostKey, dialErrorLimit: 2, perDialTimeout: CONNECT_TIMEOUT_SECONDS };
}
