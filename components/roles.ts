import type * as pulumi from "@pulumi/pulumi";
import type { Role } from "../model/roles.js";
import { Host } from "./host.js";
import type { HostArgs } from "./host.js";

type Options = pulumi.ComponentResourceOptions;

/** The NAS: the shares of `homelab:nas`, over NFS for other hosts and SMB for people, and the services beside them. */
export class NasHost extends Host {
  constructor(name: string, args: HostArgs, opts?: Options) {
    super("nas", name, args, opts);
  }
}

/** The CI controller: Woodpecker's server, its database and a registry. */
class CiController extends Host {
  constructor(name: string, args: HostArgs, opts?: Options) {
    super("ci", name, args, opts);
  }
}

/** The media server: Jellyfin and the services around it, behind Traefik. */
class MediaServer extends Host {
  constructor(name: string, args: HostArgs, opts?: Options) {
    super("media", name, args, opts);
  }
}

/** A Pi Zero that runs CI workflows, one at a time: small logs, compressed swap, an address in the agents' range. */
class PiZeroAgent extends Host {
  constructor(name: string, args: HostArgs, opts?: Options) {
    super("agent", name, args, opts);
  }
}

/** A host without a role: it runs the owner's own Compose files. */
class PlainHost extends Host {
  constructor(name: string, args: HostArgs, opts?: Options) {
    super(undefined, name, args, opts);
  }
}

const CLASSES: Readonly<Record<Role, typeof NasHost>> = {
  nas: NasHost,
  ci: CiController,
  media: MediaServer,
  agent: PiZeroAgent,
};

/** Registers a host as the class of its role. */
export function registerHost(args: HostArgs): Host {
  const { name, role } = args.host;
  return new (role === undefined ? PlainHost : CLASSES[role])(name, args);
}
