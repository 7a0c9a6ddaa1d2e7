import type { Audience } from "./audience.js";
import type { HostBackups } from "./backups/types.js";
import type { ComposeNetwork, ComposeVolumeDefinition, Derived } from "./compose/file.js";
import type { PlacedPort } from "./compose/ports.js";
import type { ComposeService } from "./compose/service.js";
import type { ComposeVolume } from "./compose/volumes.js";
import type { Opening } from "./firewall/opening.js";
import type { Role } from "./roles.js";
import type { SettingModel } from "./settings/setting.js";
import type { TailnetModel } from "./tailnet/types.js";
import type { Text } from "./text.js";

/** The whole desired state of the homelab, as plain data. */
export interface HomelabModel {
  readonly hosts: readonly HostModel[];
  /** @default the homelab has no tailnet, or its policy is no matter of the homelab's */
  readonly tailnet?: TailnetModel;
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
  /** Who may reach which port; everybody else is shut out. */
  readonly openings: readonly Opening[];
  /** The images that the services run, each once. */
  readonly images: readonly ImageModel[];
  readonly networks: readonly NetworkModel[];
  readonly volumes: readonly VolumeModel[];
  /** In an order in which each service comes after those that it depends on. */
  readonly services: readonly ServiceModel[];
  /** @default the host copies nothing */
  readonly backups?: HostBackups;
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
  /** Its folder is mounted, so that the program sees a change by itself and the container is not replaced. */
  readonly live: boolean;
  /** Written from the whole homelab: see model/outputs/derived.ts. */
  readonly derived?: Derived;
}

/** A port that others can reach. */
export interface PortModel extends Omit<PlacedPort, "audience"> {
  readonly audience: readonly Audience[];
}

/** A port on which a service with the host's own network listens. */
type ListenModel = NonNullable<ComposeService["x-homelab"]["listens"]>[number];

/** A name by which Traefik leads to a service. */
export interface RouteModel {
  /** In full, as in jellyfin.example.org. */
  readonly name: string;
  /** Name of the host whose Traefik answers, and its address. */
  readonly proxy: { readonly host: string; readonly address: string };
  /** Who may reach it: fewer than those who reach Traefik, or the same. */
  readonly audience: readonly Audience[];
  /** The addresses that Traefik lets in; undefined for all. */
  readonly allowed: readonly string[] | undefined;
  readonly scheme: "http" | "https";
  /** Where Traefik finds it; undefined where Docker tells, since both run on one host. */
  readonly backend: string | undefined;
}

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
  /** Name of the container whose network it shares. */
  readonly networkOf?: string;
  /** It does its work and ends; what depends on it waits for that. */
  readonly oneShot: boolean;
  /** Where its new version does not come up, the former one is started again. */
  readonly rollsBack: boolean;
  /** Volumes by Docker's names. */
  readonly volumes: readonly ComposeVolume[];
  readonly files: readonly FileModel[];
  readonly ports: readonly PortModel[];
  /** Ports of the host on which it listens itself, without Docker in between. */
  readonly listens: readonly ListenModel[];
  /** Names of containers of the same host that must run, and if they have a health check be healthy, before it. */
  readonly dependsOn: readonly string[];
  /** Where a browser finds it by its host's address. */
  readonly urls: readonly string[];
  readonly routes: readonly RouteModel[];
}

/** A file of the project by its relative path: its text, or why there is none, as in "is missing". */
export type ReadFile = (file: string) => { readonly text: string } | { readonly problem: string };
