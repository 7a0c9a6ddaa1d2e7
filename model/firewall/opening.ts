import { sourcesOf, TAILNET } from "../audience.js";
import type { Audience, Source, World } from "../audience.js";

/** A port of a host and who may reach it. */
export interface Opening {
  /** published: Docker forwards it to a container. listens: a service with the host's network is there. Else a program. */
  readonly kind: "published" | "listens" | "ssh" | "nfs" | "smb" | "omv";
  /** undefined where Docker chooses one, which only the host itself can reach. */
  readonly port: number | undefined;
  readonly protocol: "tcp" | "udp";
  readonly from: readonly Audience[];
  /** Name of the service or of the program. */
  readonly what: string;
}

const HIGHEST = 65_535;
const place = ({ port = HIGHEST + 1, protocol, what }: Opening): string =>
  `${String(port).padStart(5, "0")}/${protocol} ${what}`;

/** By port, whatever the order of declaration. */
export const inOrder = (openings: readonly Opening[]): Opening[] =>
  [...openings].sort((a, b) => (place(a) < place(b) ? -1 : 1));

/** What the rules of one host need to know of the others. */
export interface Surroundings extends World {
  /** Bridges of Docker networks that have a name of their own. */
  readonly bridges: readonly string[];
}

/** An opening as the rules see it: one port, or several that follow each other. */
export interface OpenPort {
  readonly port: number;
  /** The last of them, if there are several. */
  readonly last?: number;
  readonly protocol: "tcp" | "udp";
  /** Name of the service or of the program in small letters, as comments of rules have it. */
  readonly what: string;
  readonly published: boolean;
  readonly sources: readonly Source[];
}

/** What rules are made for, by port. */
export const openPorts = (openings: readonly Opening[], world: World): OpenPort[] =>
  inOrder(openings).flatMap(({ kind, port, protocol, what, from }) =>
    port === undefined
      ? []
      : [
          {
            port,
            protocol,
            what: what.toLowerCase(),
            published: kind === "published",
            sources: sourcesOf(from, world),
          },
        ],
  );

/**
 * Who looks after a host: the port of SSH, and the subnets and interfaces from which it is to be reached. A type, because
 * an interface is no JSON to TypeScript.
 */
type AdminAccess = {
  readonly port: number;
  readonly from: readonly string[];
};

/**
 * One rule for ports that follow each other and are of the same program for the same people: of a thousand, each with rules
 * of its own, no helper would take the list.
 */
export function inRanges(ports: readonly OpenPort[]): OpenPort[] {
  const ranges = new Map<string, OpenPort[]>();
  for (const { port, last = port, ...rest } of ports) {
    const same = JSON.stringify(rest);
    const found = ranges.get(same) ?? [];
    const before = found.at(-1);
    if (before !== undefined && port === (before.last ?? before.port) + 1) {
      found[found.length - 1] = { ...before, last };
    } else {
      found.push({ port, ...(last !== port && { last }), ...rest });
    }
    ranges.set(same, found);
  }
  return [...ranges.values()].flat().sort((a, b) => a.port - b.port);
}

/** A port or a range of them, as iptables(8) and ufw(8) have it. */
export const portWord = ({ port, last }: OpenPort): string => (last === undefined ? `${port}` : `${port}:${last}`);

/** The opening of SSH, with which the helper tests whether a change has shut anybody out. */
export function adminAccess(
  openings: readonly Opening[],
  { bridges, ...world }: Surroundings,
): AdminAccess | undefined {
  const [ssh] = openPorts(
    openings.filter(({ kind }) => kind === "ssh"),
    world,
  );
  return ssh === undefined
    ? undefined
    : {
        port: ssh.port,
        from: entrancesOf(ssh, bridges).map((it) => (it.kind === "interface" ? it.interface : it.subnet)),
      };
}

/** From where packets to the host itself may come: a subnet, or an interface. */
type Entrance = Extract<Source, { kind: "subnet" }> | { readonly kind: "interface"; readonly interface: string };

/**
 * Packets to the host itself. Those to a published port are among them where Docker does not forward them: over IPv6,
 * and from a container to the address of its own host.
 */
export function entrancesOf({ published, sources }: OpenPort, bridges: readonly string[]): Entrance[] {
  return sources.flatMap((source): Entrance[] => {
    switch (source.kind) {
      case "subnet":
        return published && source.family === "v4" ? [] : [source];
      case "tailnet":
        return [{ kind: "interface", interface: TAILNET.interface }];
      case "containers":
        return bridges.map((bridge) => ({ kind: "interface", interface: bridge }));
    }
  });
}
