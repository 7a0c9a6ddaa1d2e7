import type { Role } from "../roles.js";
import type { Opening, Subnet } from "./openings.js";

/** What the rules of one host need to know of the others. */
export interface Surroundings {
  /** Subnets of the LAN. */
  readonly lan: readonly Subnet[];
  readonly hosts: readonly { readonly name: string; readonly address: string; readonly role: Role | undefined }[];
  /** Bridges of Docker networks that have a name of their own. */
  readonly bridges: readonly string[];
}

/** Where the helper has the chains of our own. */
export const CHAIN_FILES = { v4: "/etc/homelab/firewall.v4", v6: "/etc/homelab/firewall.v6" } as const;

/** The chains of our own for published ports and the tailnet. */
interface Chains {
  readonly files: Readonly<Record<(typeof CHAIN_FILES)["v4" | "v6"], string>>;
}

/** The firewall of a host, as the helper takes it (helper/settings/firewall.sh). */
export interface FirewallInput extends Chains {
  /** Arguments of ufw(8), as `ufw show added` prints them. */
  readonly rules: readonly string[];
}

/** The same where OpenMediaVault has the rules of the host itself (helper/omv/firewall.sh). */
export interface OmvFirewallInput extends Chains {
  readonly omv: { readonly rules: readonly OmvRule[] };
}

/** What OpenMediaVault is to let in; an empty text stands for any. A type, because an interface is no JSON to TypeScript. */
type OmvRule = {
  readonly family: "inet" | "inet6";
  readonly interface: string;
  readonly source: string;
  readonly port: string;
  readonly protocol: "tcp" | "udp";
  readonly comment: string;
};

/** The tailnet's interface, and the addresses that it has nowhere else (tailscale.com/kb/1015, 100.64.0.0/10). */
const TAILNET = { interface: "tailscale0", v4: "100.64.0.0/10", v6: "fd7a:115c:a1e0::/48" };
/** Docker's default bridge, and those of all networks that have no name of their own. */
const BRIDGES = ["docker0", "br-+"];

type Source =
  | { readonly kind: "subnet"; readonly subnet: string; readonly family: "v4" | "v6" }
  | { readonly kind: "tailnet" }
  | { readonly kind: "containers" };

/** By port, whatever the order of declaration. */
export const inOrder = (openings: readonly Opening[]): Opening[] =>
  [...openings].sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));

/** Derives the rules of a host. Whatever has no opening stays shut. */
export function firewallOf(openings: readonly Opening[], surroundings: Surroundings): FirewallInput {
  const doors = doorsOf(openings, surroundings);
  const bridges = bridgesOf(surroundings);
  return { rules: [...new Set(doors.flatMap((door) => ufwRules(door, bridges)))], ...chainsFor(doors, bridges) };
}

/** The same for a host that OpenMediaVault manages. */
export function omvFirewallOf(openings: readonly Opening[], surroundings: Surroundings): OmvFirewallInput {
  const doors = doorsOf(openings, surroundings);
  const bridges = bridgesOf(surroundings);
  return { omv: { rules: doors.flatMap((door) => omvRules(door, bridges)) }, ...chainsFor(doors, bridges) };
}

const bridgesOf = ({ bridges }: Surroundings): string[] => [...BRIDGES, ...bridges];

const doorsOf = (openings: readonly Opening[], surroundings: Surroundings): Door[] =>
  inOrder(openings).map((opening) => ({
    ...opening,
    sources: opening.from.flatMap((who) => sourcesOf(who, surroundings)),
  }));

const chainsFor = (doors: readonly Door[], bridges: readonly string[]): Chains => ({
  files: {
    [CHAIN_FILES.v4]: chains("v4", doors, bridges),
    [CHAIN_FILES.v6]: chains("v6", doors, bridges),
  },
});

type Door = Opening & { readonly sources: readonly Source[] };

function sourcesOf(who: Opening["from"][number], { lan, hosts }: Surroundings): Source[] {
  const subnet = (it: string): Source => ({ kind: "subnet", subnet: it, family: it.includes(":") ? "v6" : "v4" });
  if (who === "lan") {
    return lan.map(subnet);
  }
  if (who === "tailnet" || who === "containers") {
    return [{ kind: who }];
  }
  if (who === "localhost") {
    return [];
  }
  if (who.includes("/")) {
    return [subnet(who)];
  }
  const [kind, name] = who.split(":");
  return hosts
    .filter((host) => (kind === "role" ? host.role : host.name) === name)
    .map(({ address }) => subnet(address));
}

/** From where packets to the host itself may come: a subnet, or an interface. */
type Entrance = { readonly subnet: string; readonly family: "v4" | "v6" } | { readonly interface: string };

/**
 * Packets to the host itself. Those to a published port are among them where Docker does not forward them: over IPv6,
 * and from a container to the address of its own host.
 */
function entrancesOf({ published, sources }: Door, bridges: readonly string[]): Entrance[] {
  return sources.flatMap((source): Entrance[] => {
    switch (source.kind) {
      case "subnet":
        return published && source.family === "v4" ? [] : [source];
      case "tailnet":
        return [{ interface: TAILNET.interface }];
      case "containers":
        return bridges.map((bridge) => ({ interface: bridge }));
    }
  });
}

function ufwRules(door: Door, bridges: readonly string[]): string[] {
  const to = `to any port ${door.port} proto ${door.protocol} comment 'homelab: ${door.what}'`;
  return entrancesOf(door, bridges).map((it) =>
    "interface" in it ? `allow in on ${it.interface} ${to}` : `allow from ${it.subnet} ${to}`,
  );
}

function omvRules(door: Door, bridges: readonly string[]): OmvRule[] {
  const { port, protocol, what } = door;
  const rule = { port: String(port), protocol, comment: what };
  return entrancesOf(door, bridges).flatMap((it): OmvRule[] =>
    "interface" in it
      ? (["inet", "inet6"] as const).map((family) => ({ ...rule, family, interface: it.interface, source: "" }))
      : [{ ...rule, family: it.family === "v4" ? "inet" : "inet6", interface: "", source: it.subnet }],
  );
}

/** The chains of our own, in the form of iptables-restore(8). */
function chains(family: "v4" | "v6", doors: readonly Door[], bridges: readonly string[]): string {
  const published = doors.filter((door) => door.published);
  const established = "-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN";
  return [
    "*mangle",
    ":HOMELAB-TAILNET - [0:0]",
    // Ahead of tailscaled's own chain, which accepts whatever its interface brings.
    "-A HOMELAB-TAILNET -i lo -j RETURN",
    `-A HOMELAB-TAILNET ! -i ${TAILNET.interface} -s ${TAILNET[family]} -j DROP`,
    `-A HOMELAB-TAILNET ! -i ${TAILNET.interface} -j RETURN`,
    `-A HOMELAB-TAILNET ${established}`,
    `-A HOMELAB-TAILNET -p ${family === "v4" ? "icmp" : "ipv6-icmp"} -j RETURN`,
    ...doors
      .filter(({ sources }) => sources.some(({ kind }) => kind === "tailnet"))
      .map(({ port, protocol }) => `-A HOMELAB-TAILNET -p ${protocol} --dport ${port} -j RETURN`),
    "-A HOMELAB-TAILNET -j DROP",
    "COMMIT",
    "*filter",
    ":HOMELAB-PUBLISHED - [0:0]",
    ":DOCKER-USER - [0:0]",
    // Only what is on its way into a container; all other forwarding is somebody else's.
    ...bridges.map((bridge) => `-A DOCKER-USER -o ${bridge} -j HOMELAB-PUBLISHED`),
    "-A DOCKER-USER -j RETURN",
    `-A HOMELAB-PUBLISHED ${established}`,
    // Containers among themselves are Docker's to keep apart, unless one takes the way by the host's address.
    ...bridges.map((bridge) => `-A HOMELAB-PUBLISHED -i ${bridge} -m conntrack ! --ctstate DNAT -j RETURN`),
    ...published.flatMap((door) => publishedRules(family, door, bridges)),
    "-A HOMELAB-PUBLISHED -j DROP",
    "COMMIT",
    "",
  ].join("\n");
}

/** By the port that the packet was sent to: the container's own is not what was declared. */
function publishedRules(
  family: "v4" | "v6",
  { port, protocol, what, sources }: Door,
  bridges: readonly string[],
): string[] {
  const rule = (from: string): string =>
    `-A HOMELAB-PUBLISHED ${from} -p ${protocol} -m conntrack --ctorigdstport ${port} --ctdir ORIGINAL -m comment --comment "${what}" -j RETURN`;
  return sources.flatMap((source) => {
    switch (source.kind) {
      case "subnet":
        return source.family === family ? [rule(`-s ${source.subnet}`)] : [];
      case "tailnet":
        return [rule(`-i ${TAILNET.interface}`)];
      case "containers":
        return bridges.map((bridge) => rule(`-i ${bridge}`));
    }
  });
}
