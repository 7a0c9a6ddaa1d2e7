import type { Audience } from "../audience.js";
import type { Config, HostConfig } from "../config/settings.js";
import { nasOf } from "../config/nas.js";
import { traitsOf } from "../roles.js";
import type { ShareOffer } from "../shares/types.js";
import type { ServiceModel } from "../types.js";
import { inOrder } from "./opening.js";
import type { Opening } from "./opening.js";

/** What decides which ports of a host are open. */
interface OpeningsArgs {
  readonly host: HostConfig;
  readonly config: Config;
  readonly services: readonly ServiceModel[];
  /** The shares that the host has for others. */
  readonly offer: ShareOffer | undefined;
}

/**
 * Every opening of a host, by port. The firewall, the tables and the stack's outputs come from here; what is not among
 * them is shut.
 */
export function openingsOf({ host, config, services, offer }: OpeningsArgs): Opening[] {
  return inOrder([
    { kind: "ssh", port: host.port, protocol: "tcp", from: config.admin.from, what: "ssh" },
    ...(isOmv(host, config) ? [OMV_PAGES] : []),
    ...(offer === undefined ? [] : openingsOfShares(offer)),
    ...services.flatMap(openingsOfService),
  ]);
}

/** Does OpenMediaVault manage the host? */
export const isOmv = ({ role }: HostConfig, config: Config): boolean =>
  traitsOf(role).shares && nasOf(config).base === "omv";

const OMV_PAGES: Opening = {
  kind: "omv",
  port: 80,
  protocol: "tcp",
  from: ["lan", "tailnet"],
  what: "openmediavault",
};

function openingsOfShares({ shares, people }: ShareOffer): Opening[] {
  const clients = [...new Set(shares.flatMap((share) => share.clients.map(({ name }) => name)))].sort();
  const nfs = clients.map((name): Audience => `host:${name}`);
  return [
    ...(nfs.length === 0 ? [] : [{ kind: "nfs", port: 2049, protocol: "tcp", from: nfs, what: "nfs" } as const]),
    ...(people.length === 0
      ? []
      : [{ kind: "smb", port: 445, protocol: "tcp", from: ["lan", "tailnet"], what: "smb" } as const]),
  ];
}

const openingsOfService = ({ name: what, ports, listens }: ServiceModel): Opening[] => [
  ...ports.map(({ published: port, protocol, audience: from }) => ({
    kind: "published" as const,
    port,
    protocol,
    from,
    what,
  })),
  ...listens.map(({ port, protocol, audience: from }) => ({ kind: "listens" as const, port, protocol, from, what })),
];
