import { admit } from "./admission.js";
import type { Audience, Role } from "./audience.js";
import type { ComposeNetwork, ComposeVolumeDefinition } from "./compose.js";
import type { ComposePort } from "./compose-ports.js";
import type { ComposeService } from "./compose-service.js";
import type { ComposeVolume } from "./compose-volumes.js";
import { isBefore, parseConfig, settingPath } from "./config.js";
import type { Config, HostConfig } from "./config.js";
import { HomelabError, nearest } from "./errors.js";
import type { Problem } from "./errors.js";
import { firewallOf, inOrder, omvFirewallOf } from "./firewall.js";
import type { Opening, Surroundings } from "./firewall.js";
import { openSource, planHost } from "./host-plan.js";
import { dockerSetting, setting, sshSetting, systemSetting } from "./host-settings.js";
import type { SettingModel } from "./host-settings.js";
import { nasOf } from "./nas-config.js";
import type { Project } from "./project.js";
import { routedNames } from "./routes.js";
import { planShares } from "./shares.js";
import type { HostShares } from "./shares.js";
import type { Source } from "./source.js";
import type { Text } from "./text.js";

/** The whole desired state of the homelab, as plain data. */
export interface HomelabModel {
  readonly domain: string;
  readonly hosts: readonly HostModel[];
  /** Addresses of the names under which services are routed; what a resolver on the LAN has to know. */
  readonly names: Readonly<Record<string, string>>;
}

/** What one host has to be. */
export interface HostModel {
  readonly name: string;
  /** undefined for a host that runs only services of the owner's own. */
  readonly role: Role | undefined;
  /** IPv4 address on the LAN. */
  readonly address: string;
  readonly port: number;
  /** Account that deploys. */
  readonly user: string;
  /** Memory of the machine in bytes, if the configuration says. */
  readonly memory: number | undefined;
  /** The host's public key, `ssh-ed25519 AAAA...`. */
  readonly hostKey: string;
  /** What the host itself has to be, in the order in which it is applied. */
  readonly settings: readonly SettingModel[];
  /** Who may come in where; whatever is not among them is shut. */
  readonly openings: readonly Opening[];
  /** The images that the services run, each once. */
  readonly images: readonly ImageModel[];
  readonly networks: readonly NetworkModel[];
  readonly volumes: readonly VolumeModel[];
  /** In an order in which each service comes after those that it depends on. */
  readonly services: readonly ServiceModel[];
}

/** An image to pull. */
export interface ImageModel {
  readonly reference: string;
  /** The platform to pull it for, as in linux/arm64; undefined means the host's own. */
  readonly platform: string | undefined;
}

/** A network of Docker's that the program makes. */
export interface NetworkModel extends Pick<ComposeNetwork, "internal" | "driver_opts" | "ipam"> {
  readonly name: string;
}

/** A volume of Docker's that the program makes. */
export interface VolumeModel extends Pick<ComposeVolumeDefinition, "driver" | "driver_opts"> {
  readonly name: string;
  /** Its data outlive the service: it is never deleted. */
  readonly stateful: boolean;
}

/** A file that is mounted into a container. */
export interface FileModel {
  /** Absolute path in the container. */
  readonly path: string;
  readonly content: Text;
  /** Permissions as chmod takes them. */
  readonly mode: number;
}

/** A port that others can reach. */
export interface PortModel extends Omit<ComposePort, "audience"> {
  readonly audience: readonly Audience[];
}

/** A port on which a service with the host's own network listens. */
export type ListenModel = ComposeService["x-homelab"]["listens"][number];

/** One container. */
export interface ServiceModel {
  /** Its key in the Compose file. */
  readonly key: string;
  /** Name of the container on its host. */
  readonly name: string;
  readonly definition: ComposeService;
  /** Docker's names of the networks that it is in, with the names by which it is found there. */
  readonly networks: readonly {
    readonly name: string;
    readonly aliases: readonly string[];
    readonly ipv4Address?: string;
  }[];
  /** Volumes by Docker's names. */
  readonly volumes: readonly ComposeVolume[];
  readonly files: readonly FileModel[];
  readonly ports: readonly PortModel[];
  /** Ports of the host on which it listens itself, without Docker in between. */
  readonly listens: readonly ListenModel[];
  /** Names of containers of the same host that must run, and if they have a health check be healthy, before it. */
  readonly dependsOn: readonly string[];
  /** Where a browser finds it. */
  readonly urls: readonly string[];
}

/** A file of the project by its relative path: its text, or why there is none, as in "is missing". */
export type ReadFile = (file: string) => { readonly text: string } | { readonly problem: string };

/**
 * Turns what the owner wrote, the stack's configuration and the Compose files, into the desired state.
 *
 * @param stack name of the stack, whose configuration is `Pulumi.<stack>.yaml`
 * @throws HomelabError with every problem that could be found
 */
export function buildHomelab(stack: string, read: ReadFile): HomelabModel {
  const problems: Problem[] = [];
  const stackFile = `Pulumi.${stack}.yaml`;
  const source = openSource(stackFile, read, problems);
  const config = source && parseConfig(source, problems);
  if (source === undefined || config === undefined) {
    throw new HomelabError(problems);
  }
  const planned = Object.entries(config.hosts).map(([name, host]) => ({
    name,
    host,
    projects: planHost({ stack, host: name, config, read, problems }),
  }));
  const known = planned.flatMap(({ projects }) => projects.flatMap((project) => project.known));
  problems.push(...checkSwitches(config, source, known));
  const shares = planShares({ stack, config, source, hosts: planned, problems });

  const hosts = planned.flatMap(({ name, host, projects }) => {
    problems.push(...admit(name, host, projects));
    if (host.hostKey === undefined) {
      const command = `npm run pin-host-key -- --stack ${stack} ${name}`;
      problems.push(source.problem(settingPath("hosts", name), "has no pinned host key", `run ${command}`));
      return [];
    }
    return [hostModel(name, host, host.hostKey, projects, config, shares[name])];
  });
  if (problems.length > 0) {
    throw new HomelabError(problems);
  }
  return { domain: config.domain, hosts, names: routedNames(hosts) };
}

function hostModel(
  name: string,
  host: HostConfig,
  hostKey: string,
  projects: readonly Project[],
  config: Config,
  shares: HostShares = { settings: [], opens: [] },
): HostModel {
  const services = projects.flatMap((project) => project.services);
  const networks = projects.flatMap((project) => project.networks);
  const position = Object.values(config.hosts).filter(({ address }) => isBefore(address, host.address)).length;
  const omv = host.role === "nas" && nasOf(config).base === "omv";
  const own = [sshOpening(host, config), ...(omv ? [OMV_PAGES] : []), ...shares.opens];
  const openings = inOrder([...own, ...services.flatMap(openingsOf)]);
  return {
    name,
    role: host.role,
    address: host.address,
    port: host.port,
    user: host.user,
    memory: host.memory,
    hostKey,
    openings,
    settings: [
      // OpenMediaVault owns SSH: its sshd_config has the first word, and it lets in members of its own group.
      ...(omv ? [] : [sshSetting()]),
      systemSetting(host.role, position, config),
      dockerSetting(host.role),
      setting("firewall", { ...(omv ? omvFirewallOf : firewallOf)(openings, surroundingsOf(networks, config)) }),
      ...shares.settings,
    ],
    images: imagesOf(services),
    networks,
    volumes: projects.flatMap((project) => project.volumes),
    services,
  };
}

/** OpenMediaVault's own pages. */
const OMV_PAGES: Opening = {
  port: 80,
  protocol: "tcp",
  from: ["lan", "tailnet"],
  what: "openmediavault",
  published: false,
};

const sshOpening = ({ port }: HostConfig, { admin }: Config): Opening => ({
  port,
  protocol: "tcp",
  from: admin.from as Opening["from"],
  what: "ssh",
  published: false,
});

/** The doors of a service: what Docker publishes of it, and where it listens itself. */
function openingsOf({ name, ports, listens }: ServiceModel): Opening[] {
  return [
    ...ports.flatMap(({ published, protocol, audience }) =>
      published === undefined ? [] : [{ port: published, protocol, from: audience, what: name, published: true }],
    ),
    ...listens.map(({ port, protocol, audience }) => ({
      port,
      protocol,
      from: audience,
      what: name,
      published: false,
    })),
  ];
}

function surroundingsOf(networks: readonly NetworkModel[], { lan, hosts }: Config): Surroundings {
  const named = networks.flatMap(({ driver_opts }) => driver_opts?.["com.docker.network.bridge.name"] ?? []);
  return {
    lan: [lan.subnet, ...(lan.subnet6 === undefined ? [] : [lan.subnet6])] as Surroundings["lan"],
    hosts: Object.entries(hosts).map(([name, { address, role }]) => ({ name, address, role })),
    bridges: named,
  };
}

function imagesOf(services: readonly ServiceModel[]): ImageModel[] {
  const images = services.map(({ definition: { image, platform } }) => ({ reference: image, platform }));
  return [...new Map(images.map((image) => [image.reference, image])).values()].sort((a, b) =>
    a.reference < b.reference ? -1 : 1,
  );
}

/** Whatever is switched on or off must be a service of some host. */
function checkSwitches(config: Config, source: Source, known: readonly string[]): Problem[] {
  return Object.keys(config.services)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = nearest(name, known);
      const hint = meant === undefined ? "remove it" : `write "${meant}"`;
      return source.problem(settingPath("services", name), `no host has a service "${name}"`, hint);
    });
}
