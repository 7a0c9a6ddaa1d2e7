import type { ComposeFile, LanDriver } from "../compose/file.js";
import type { ComposeService } from "../compose/service.js";
import type { NetworkModel, ServiceModel } from "../types.js";
import type { Path } from "../yaml/source.js";
import type { Planning } from "./planning.js";

const DEFAULT_NETWORK = "default";

/** The networks of the file that some of its services are in, and that the program makes. */
export function networksOf(planning: Planning, services: readonly ServiceModel[]): NetworkModel[] {
  const used = new Set(services.flatMap((service) => service.networks.map(({ name }) => name)));
  const networks: ComposeFile["networks"] = { [DEFAULT_NETWORK]: null, ...planning.file.networks };
  return Object.entries(networks)
    .map(([key, it]) => ({ name: planning.dockerName("networks", key), it }))
    .filter(({ name, it }) => it?.external !== true && used.has(name))
    .map(({ name, it }) => ({
      name,
      internal: it?.internal ?? false,
      driver_opts: it?.driver_opts,
      ipam: it?.ipam,
    }));
}

/** Those that somebody has made, by Docker's names; with the driver if containers have addresses of the LAN by it. */
export const externalNetworksOf = (planning: Planning): Record<string, LanDriver | undefined> =>
  Object.fromEntries(
    Object.entries(planning.file.networks)
      .filter(([, it]) => it?.external === true)
      .map(([key, it]) => [planning.dockerName("networks", key), it?.["x-driver"]]),
  );

/** The networks that a service is in. */
export function attachmentsOf(
  planning: Planning,
  at: Path,
  key: string,
  definition: ComposeService,
): ServiceModel["networks"] {
  const place = [...at, "networks"];
  if (definition.network_mode !== undefined) {
    if (definition.networks !== undefined) {
      const message = "networks: and network_mode: exclude each other";
      planning.complain(place, "conflicting-keys", message, { prose: "remove one of the two" });
    }
    return [];
  }
  const { networks } = planning.file;
  const named = definition.networks ?? {};
  const keys = new Map<string, string>(); // by Docker's name
  return Object.entries(Object.keys(named).length === 0 ? { [DEFAULT_NETWORK]: null } : named).map(([network, it]) => {
    if (network !== DEFAULT_NETWORK && !Object.hasOwn(networks, network)) {
      planning.unknown(place, "network", network, Object.keys(networks));
    }
    const name = planning.dockerName("networks", network);
    const twin = keys.get(name);
    keys.set(name, network);
    if (twin !== undefined) {
      const message = `${twin} and ${network} are one network of Docker, ${name}, which a container joins once`;
      planning.complain([...place, network], "conflicting-networks", message, { prose: `remove ${network} here` });
    }
    return {
      name,
      aliases: [...new Set([key, ...(it?.aliases ?? [])])],
      ...(it?.ipv4_address === undefined ? {} : { ipv4Address: it.ipv4_address }),
    };
  });
}

/** Bridges that have a name of their own. */
export const bridgesIn = (networks: readonly NetworkModel[]): string[] =>
  networks.flatMap(({ driver_opts }) => driver_opts?.["com.docker.network.bridge.name"] ?? []);
