import { TAILNET } from "../audience.js";
import { inRanges, portWord } from "./opening.js";
import type { OpenPort, Surroundings } from "./opening.js";

/** Where the helper has the chains of our own. */
export const CHAIN_FILES = { v4: "/etc/homelab/firewall.v4", v6: "/etc/homelab/firewall.v6" } as const;

/** The chains of our own for published ports and the tailnet. */
export interface Chains {
  readonly files: Readonly<Record<(typeof CHAIN_FILES)["v4" | "v6"], string>>;
}

/** Docker's default bridge, and those of all networks that have no name of their own. */
const BRIDGES = ["docker0", "br-+"];

export const bridgesOf = ({ bridges }: Surroundings): string[] => [...BRIDGES, ...bridges];

export function chainsFor(ports: readonly OpenPort[], bridges: readonly string[]): Chains {
  const ranges = inRanges(ports);
  return {
    files: {
      [CHAIN_FILES.v4]: chains("v4", ranges, bridges),
      [CHAIN_FILES.v6]: chains("v6", ranges, bridges),
    },
  };
}

/** The chains of our own, in the form of iptables-restore(8). */
function chains(family: "v4" | "v6", ports: readonly OpenPort[], bridges: readonly string[]): string {
  const published = ports.filter((it) => it.published);
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
    ...ports.flatMap((it) => tailnetRules(family, it)),
    "-A HOMELAB-TAILNET -j DROP",
    "COMMIT",
    "*filter",
    ":HOMELAB-PUBLISHED - [0:0]",
    ":DOCKER-USER - [0:0]",
    // Whatever somebody's bridge is called, what Docker publishes is translated.
    "-A DOCKER-USER -m conntrack --ctstate DNAT -j HOMELAB-PUBLISHED",
    // And what takes the way to a container's own address; all other forwarding is somebody else's.
    ...bridges.map((bridge) => `-A DOCKER-USER -o ${bridge} -j HOMELAB-PUBLISHED`),
    "-A DOCKER-USER -j RETURN",
    `-A HOMELAB-PUBLISHED ${established}`,
    // Containers among themselves are Docker's to keep apart, unless one takes the way by the host's address.
    ...bridges.map((bridge) => `-A HOMELAB-PUBLISHED -i ${bridge} -m conntrack ! --ctstate DNAT -j RETURN`),
    ...published.flatMap((it) => publishedRules(family, it, bridges)),
    "-A HOMELAB-PUBLISHED -j DROP",
    "COMMIT",
    "",
  ].join("\n");
}

/** What the tailnet's interface may bring: for everyone there, or for the addresses of some who are there. */
function tailnetRules(family: "v4" | "v6", open: OpenPort): string[] {
  const { protocol, sources } = open;
  const rule = (from: string): string => `-A HOMELAB-TAILNET ${from}-p ${protocol} --dport ${portWord(open)} -j RETURN`;
  if (sources.some(({ kind }) => kind === "tailnet")) {
    return [rule("")];
  }
  return sources.flatMap((source) =>
    source.kind === "subnet" && source.tailnet && source.family === family ? [rule(`-s ${source.subnet} `)] : [],
  );
}

/** By the port that the packet was sent to: the container's own is not what was declared. */
function publishedRules(family: "v4" | "v6", open: OpenPort, bridges: readonly string[]): string[] {
  const { protocol, what, sources } = open;
  const rule = (from: string): string =>
    `-A HOMELAB-PUBLISHED ${from} -p ${protocol} -m conntrack --ctorigdstport ${portWord(open)} --ctdir ORIGINAL -m comment --comment "${what}" -j RETURN`;
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
