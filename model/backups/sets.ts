import type { Config } from "../config/settings.js";
import { nasOf } from "../config/nas.js";
import { isProjectData } from "../services/mounts.js";
import type { Project } from "../services/project.js";
import type { ServiceModel } from "../types.js";
import type { BackupSet } from "./types.js";

/** A service that mounts something. */
interface User {
  readonly service: ServiceModel;
  readonly writes: boolean;
}

/** A volume or a folder that is copied, and who mounts it. */
interface Part {
  readonly kind: "volumes" | "folders";
  readonly name: string;
  readonly users: readonly User[];
}

/**
 * What the services of a host keep, by service. What several mount belongs to the first of those that write to it, in the
 * order of their names.
 */
export function setsOfServices(projects: readonly Project[]): BackupSet[] {
  const services = projects.flatMap((project) => project.services);
  const owned = new Map<string, Part[]>();
  for (const part of [...volumesIn(projects, services), ...foldersIn(services)]) {
    const owner = ownerOf(part);
    if (owner !== undefined) {
      owned.set(owner, [...(owned.get(owner) ?? []), part]);
    }
  }
  const named = (parts: readonly Part[], kind: Part["kind"]): string[] =>
    parts.flatMap((part) => (part.kind === kind ? [part.name] : [])).sort();
  return [...owned.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, parts]) => ({
      name,
      kind: "service",
      volumes: named(parts, "volumes"),
      folders: named(parts, "folders"),
      stop: stoppedFor(parts, services),
    }));
}

/** The shares of the NAS, but the one that the copies go to and those that are to be left out. */
export function setsOfShares(config: Config, target: string | undefined): BackupSet[] {
  const { root, shares } = nasOf(config);
  return Object.entries(shares)
    .filter(([name, share]) => name !== target && share["no-backup"] === undefined)
    .map(([name]): BackupSet => ({ name, kind: "share", volumes: [], folders: [`${root}/${name}`], stop: [] }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Is what a service keeps to be copied? */
const isCopied = ({ service }: User): boolean => service.definition["x-homelab"]["no-backup"] === undefined;

function ownerOf({ users }: Part): string | undefined {
  const copied = users.filter(isCopied);
  const writers = copied.filter(({ writes }) => writes);
  const [first] = (writers.length > 0 ? writers : copied).map(({ service }) => service.name).sort();
  return first;
}

/** Volumes whose data outlive their services. One that is external here may be another project's. */
function volumesIn(projects: readonly Project[], services: readonly ServiceModel[]): Part[] {
  const stateful = new Set(
    projects.flatMap(({ volumes }) => volumes.flatMap((volume) => (volume.stateful ? [volume.name] : []))),
  );
  return [...stateful].map((name) => ({
    kind: "volumes",
    name,
    users: usersOf(services, (volume) => volume.type === "volume" && volume.source === name),
  }));
}

/** Folders of projects. One within another is part of that. */
function foldersIn(services: readonly ServiceModel[]): Part[] {
  const bound = services.flatMap(({ volumes }) =>
    volumes.flatMap((volume) => (volume.type === "bind" && isProjectData(volume.source) ? [volume.source] : [])),
  );
  const outermost = [...new Set(bound)].filter((path) => !bound.some((it) => it !== path && isWithin(path, it)));
  return outermost.map((name) => ({
    kind: "folders",
    name,
    users: usersOf(
      services,
      (volume) => volume.type === "bind" && (volume.source === name || isWithin(volume.source, name)),
    ),
  }));
}

const isWithin = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);

type Volume = ServiceModel["volumes"][number];

const usersOf = (services: readonly ServiceModel[], isMeant: (volume: Volume) => boolean): User[] =>
  services.flatMap((service) => {
    const mounts = service.volumes.filter(isMeant);
    const writes = mounts.some((volume) => volume.type !== "tmpfs" && !volume.readOnly);
    return mounts.length === 0 ? [] : [{ service, writes }];
  });

/**
 * Who must not write while the parts are copied, and who has the network of one of those: it would be left with a network that
 * is gone. Services come in the order in which they are started.
 */
function stoppedFor(parts: readonly Part[], services: readonly ServiceModel[]): string[] {
  const stopped = new Set(
    parts.flatMap(({ users }) =>
      users.flatMap(({ service, writes }) =>
        writes && service.definition["x-homelab"].backup !== "running" ? [service.name] : [],
      ),
    ),
  );
  for (const { name, networkOf } of services) {
    if (networkOf !== undefined && stopped.has(networkOf)) {
      stopped.add(name);
    }
  }
  return services.flatMap(({ name }) => (stopped.has(name) ? [name] : []));
}
