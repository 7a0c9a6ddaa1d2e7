import ipaddr from "ipaddr.js";
import { TAILNET } from "../audience.js";
import { overlap } from "../subnet.js";
import type { Subnet } from "../subnet.js";
import type { NetworkModel } from "../types.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import type { Project } from "./project.js";

/** Where the homelab's own hosts are. */
export interface Surroundings {
  readonly lan: readonly Subnet[];
}

const ELSEWHERE = { prose: "choose another subnet, as in 172.30.0.0/24, or remove ipam: so that Docker chooses one" };

/** Subnets of a host's networks are nobody else's, and fixed addresses are free ones of their network. */
export function checkAddresses(projects: readonly Project[], { lan }: Surroundings): Problem[] {
  const problems: Problem[] = [];
  const known = new Map<string, { readonly network: NetworkModel; readonly file: string }>();
  for (const project of projects) {
    for (const network of project.networks) {
      const twin = known.get(network.name);
      known.set(network.name, { network, file: project.source.file });
      if (twin === undefined) {
        const others = [...known.values()].filter((it) => it.network !== network).map((it) => it.network);
        problems.push(...checkSubnets(project, network, others, lan));
      }
    }
  }
  return [...problems, ...checkFixed(projects, new Map([...known].map(([name, it]) => [name, it.network])))];
}

const subnetsOf = ({ ipam }: NetworkModel): readonly Subnet[] => (ipam?.config ?? []).map(({ subnet }) => subnet);

function checkSubnets(
  { source, networkKeys }: Project,
  network: NetworkModel,
  others: readonly NetworkModel[],
  lan: readonly Subnet[],
): Problem[] {
  const key = networkKeys[network.name] ?? network.name;
  return (network.ipam?.config ?? []).flatMap(({ subnet, gateway, ip_range }, i) => {
    const at = ["networks", key, "ipam", "config", i];
    const taken = [
      ...lan.map((it) => ({ it, whose: "the LAN" })),
      { it: TAILNET.v4, whose: "the tailnet" },
      ...others.flatMap((other) => subnetsOf(other).map((it) => ({ it, whose: `the network ${other.name}` }))),
    ].find(({ it }) => overlap(it, subnet));
    const outside = (
      [
        ["gateway", gateway],
        ["ip_range", ip_range],
      ] as const
    ).filter(([, it]) => it !== undefined && !isInside(it.split("/")[0] ?? "", subnet));
    return [
      ...(taken === undefined
        ? []
        : [
            source.problem(
              [...at, "subnet"],
              "overlapping-subnet",
              `${subnet} has addresses of ${taken.whose}, ${taken.it}`,
              ELSEWHERE,
            ),
          ]),
      ...outside.map(([what, it]) =>
        source.problem([...at, what], "outside-subnet", `${it} is outside ${subnet}`, {
          prose: `write one of ${subnet}, or remove ${what}:`,
        }),
      ),
    ];
  });
}

const isInside = (address: string, subnet: Subnet): boolean =>
  ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(subnet));

function checkFixed(projects: readonly Project[], networks: ReadonlyMap<string, NetworkModel>): Problem[] {
  const holders = new Map<string, string>();
  return projects.flatMap(({ services, source, networkKeys }) =>
    services.flatMap((service) =>
      service.networks.flatMap(({ name, ipv4Address: address }): Problem[] => {
        const network = networks.get(name);
        if (address === undefined || network === undefined) {
          return []; // of an external network nothing is known
        }
        const path = ["services", service.key, "networks", networkKeys[name] ?? name, "ipv4_address"];
        const complain = (code: ProblemCode, message: string, prose: string): Problem[] => [
          source.problem(path, code, message, { prose }),
        ];
        const subnet = subnetsOf(network).find((it) => isInside(address, it));
        if (subnet === undefined) {
          const [first] = subnetsOf(network);
          return first === undefined
            ? complain(
                "outside-subnet",
                `${name} has no subnet of its own`,
                "remove ipv4_address, or give the network an ipam: with a subnet",
              )
            : complain("outside-subnet", `${address} is outside ${first}`, `write an address of ${first}`);
        }
        const holder = reservedIn(network, subnet).get(address) ?? holders.get(`${name} ${address}`);
        holders.set(`${name} ${address}`, service.key);
        return holder === undefined
          ? []
          : complain(
              "duplicate-address",
              `${address} is already the address of ${holder}`,
              `write a free one of ${subnet}`,
            );
      }),
    ),
  );
}

/** Addresses of a subnet that no container gets. */
function reservedIn({ ipam }: NetworkModel, subnet: Subnet): Map<string, string> {
  const first = ipaddr.IPv4.networkAddressFromCIDR(subnet);
  const [a = 0, b = 0, c = 0, d = 0] = first.octets;
  const gateway = ipam?.config.find((it) => it.subnet === subnet)?.gateway ?? [a, b, c, d + 1].join(".");
  return new Map([
    [first.toString(), "the network itself"],
    [ipaddr.IPv4.broadcastAddressFromCIDR(subnet).toString(), "all of the network at once"],
    [gateway, "the host in this network"],
  ]);
}
