import ipaddr from "ipaddr.js";
import type { Config } from "../config/settings.js";
import { contains } from "../subnet.js";
import type { ServiceModel } from "../types.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import type { Project } from "./project.js";

/** A host, and what is to run on it. */
interface Planned {
  readonly name: string;
  readonly projects: readonly Project[];
}

/** A fixed address that a container has in a network which the program does not make. */
interface Fixed {
  readonly host: string;
  readonly project: Project;
  readonly service: ServiceModel;
  /** Docker's name of the network. */
  readonly network: string;
  readonly address: string;
}

/**
 * Containers with addresses of the LAN, by macvlan or ipvlan: each address is nobody else's in the whole homelab, and no port
 * is published where Docker publishes none.
 */
export function checkLanNetworks(hosts: readonly Planned[], config: Config): Problem[] {
  const holders = new Map(Object.entries(config.hosts).map(([name, { address }]) => [address, name]));
  return [
    ...fixedIn(hosts).flatMap((it) => {
      const problems = checkFixed(it, holders, config);
      holders.set(it.address, holders.get(it.address) ?? `${it.service.name} on ${it.host}`);
      return problems;
    }),
    ...hosts.flatMap(({ projects }) => projects.flatMap(checkPorts)),
  ];
}

const fixedIn = (hosts: readonly Planned[]): Fixed[] =>
  hosts.flatMap(({ name: host, projects }) =>
    projects.flatMap((project) =>
      project.services.flatMap((service) =>
        service.networks.flatMap(({ name: network, ipv4Address: address }) =>
          address === undefined || !Object.hasOwn(project.externalNetworks, network)
            ? []
            : [{ host, project, service, network, address }],
        ),
      ),
    ),
  );

function checkFixed(
  { project, service, network, address }: Fixed,
  holders: ReadonlyMap<string, string>,
  { lan }: Config,
): Problem[] {
  const key = project.networkKeys[network] ?? network;
  const complain = (code: ProblemCode, message: string, prose: string): Problem[] => [
    project.source.problem(["services", service.key, "networks", key, "ipv4_address"], code, message, { prose }),
  ];
  if (!contains(lan.subnet, address)) {
    // Of a network that is not said to be one of the LAN, nothing is known.
    return project.externalNetworks[network] === undefined
      ? []
      : complain(
          "outside-lan",
          `${address} is outside the LAN ${lan.subnet}`,
          `write an address of the LAN, or remove x-driver: from ${key} if it is a network of another VLAN`,
        );
  }
  const free = `write a free address of ${lan.subnet}`;
  const holder =
    endsOf(lan.subnet).get(address) ?? holders.get(address) ?? (address === lan.router ? "the router" : undefined);
  if (holder !== undefined) {
    return complain("duplicate-address", `${address} is already the address of ${holder}`, free);
  }
  const ranges = [
    { range: lan.agents, whose: "for agents" },
    { range: lan.dhcp, whose: "that the router hands out" },
  ];
  return ranges.flatMap(({ range, whose }) =>
    range !== undefined && isBetween(address, range.first, range.last)
      ? complain("duplicate-address", `${address} is one of those ${whose}, ${range.first} to ${range.last}`, free)
      : [],
  );
}

/** Addresses of a subnet that no machine has. */
const endsOf = (subnet: string): Map<string, string> =>
  new Map([
    [ipaddr.IPv4.networkAddressFromCIDR(subnet).toString(), "the LAN itself"],
    [ipaddr.IPv4.broadcastAddressFromCIDR(subnet).toString(), "all of the LAN at once"],
  ]);

const numberOf = (address: string): number =>
  ipaddr.IPv4.parse(address).octets.reduce((number, octet) => number * 256 + octet, 0);

const isBetween = (address: string, first: string, last: string): boolean =>
  numberOf(first) <= numberOf(address) && numberOf(address) <= numberOf(last);

/** Docker publishes ports of bridges alone. */
function checkPorts({ source, services, externalNetworks }: Project): Problem[] {
  return services.flatMap(({ key, networks, ports }) => {
    const drivers = networks.map(({ name }) => externalNetworks[name]);
    const [driver] = drivers;
    if (ports.length === 0 || driver === undefined || drivers.includes(undefined)) {
      return [];
    }
    const message = `Docker publishes no ports in a network by ${driver}, and everybody in the LAN reaches all that the container listens on`;
    return [source.problem(["services", key, "ports"], "useless-ports", message, { prose: "remove ports:" })];
  });
}
