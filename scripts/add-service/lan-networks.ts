import { isMap } from "yaml";
import type { YAMLMap } from "yaml";
import { networksOf } from "./aliases.js";
import { drop, entry, merged, sections } from "./context.js";
import type { Context } from "./context.js";
import { dotEnv, resolved } from "./env-file.js";

/**
 * A network by which containers have addresses of the LAN is the owner's to make: the host's firewall does not see them.
 *
 * @returns the command that makes it; undefined for any other network
 */
export function handOver(context: Context, name: string, network: YAMLMap): string | undefined {
  const { name: given, driver, driver_opts, ipam, external } = network.toJSON() as LanNetwork;
  if (external === true || !isLanDriver(driver)) {
    return undefined;
  }
  const docker = given ?? `${context.name}_${name}`;
  network.set("external", context.document.createNode(true));
  network.set("name", docker);
  network.set("x-driver", driver);
  const who = "everybody in the LAN reaches its containers, whatever their audience";
  context.changed.push({
    line: context.lineOf(network),
    text: `network ${name}: ${driver} is made by you now; ${who}`,
  });
  const options = Object.entries(driver_opts ?? {}).map(([key, value]) => `--opt ${key}=${String(value)}`);
  const addresses = (ipam?.config ?? []).flatMap(({ subnet, gateway, ip_range: range, aux_addresses: others }) => [
    ...(subnet === undefined ? [] : [`--subnet ${subnet}`]),
    ...(gateway === undefined ? [] : [`--gateway ${gateway}`]),
    ...(range === undefined ? [] : [`--ip-range ${range}`]),
    ...Object.entries(others ?? {}).map(([name, address]) => `--aux-address ${name}=${address}`),
  ]);
  const words = ["docker network create --driver", driver, ...options, ...addresses, docker].join(" ");
  return resolved(words, dotEnv(context)) ?? words;
}

/** What is read of such a network. */
interface LanNetwork {
  readonly name?: string;
  readonly driver?: string;
  readonly external?: unknown;
  readonly driver_opts?: Readonly<Record<string, unknown>> | null;
  readonly ipam?: {
    readonly config?: readonly {
      readonly subnet?: string;
      readonly gateway?: string;
      readonly ip_range?: string;
      readonly aux_addresses?: Readonly<Record<string, string>> | null;
    }[];
  } | null;
}

const isLanDriver = (driver: unknown): driver is string => driver === "macvlan" || driver === "ipvlan";

/** Docker publishes no port of a service all of whose networks are of the LAN. */
export function dropPortsOfLan(context: Context, service: YAMLMap): void {
  const networks = new Map(sections(context, "networks").map(([name, { value }]) => [name, value]));
  const isOfLan = (name: string): boolean => {
    const network: unknown = networks.get(name);
    return isMap(network) && (network.has("x-driver") || isLanDriver(network.get("driver")));
  };
  const own: unknown = service.get("networks", true) ?? merged(context.document, service, "networks");
  if (entry(service, "network_mode") === undefined && networksOf(own).every(isOfLan)) {
    drop(context, service, "ports", "Docker publishes none of a container with an address of the LAN");
  }
}
