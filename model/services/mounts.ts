import { posix } from "node:path";
import type { ComposeVolume } from "../compose/volumes.js";
import { shareIn } from "../share-paths.js";
import type { ServiceModel, VolumeModel } from "../types.js";
import type { Path } from "../yaml/source.js";
import type { Planning } from "./planning.js";

/** The volumes of the file that some of its services use, and that the program makes. */
export function volumesOf(planning: Planning, services: readonly ServiceModel[]): VolumeModel[] {
  const used = new Set(
    services.flatMap((service) => service.volumes.map((it) => (it.type === "volume" ? it.source : undefined))),
  );
  return Object.entries(planning.file.volumes)
    .map(([key, it]) => ({ name: planning.dockerName("volumes", key), it }))
    .filter(({ name, it }) => it?.external !== true && used.has(name))
    .map(({ name, it }) => ({
      name,
      driver: it?.driver,
      driver_opts: it?.driver_opts,
      stateful: it?.["x-stateful"] ?? false,
    }));
}

const sourceOf = (volume: ComposeVolume): string | undefined => (volume.type === "tmpfs" ? undefined : volume.source);

/** What the NAS of the homelab exports, and to whom, follows from mounts of shares: a volume by NFS would find it shut. */
export function checkNasVolumes(planning: Planning): void {
  const { hosts } = planning.args.config;
  for (const [key, it] of Object.entries(planning.file.volumes)) {
    const { type, o } = it?.driver_opts ?? {};
    const address = typeof o === "string" ? /(?:^|,)addr=([^,]+)/.exec(o)?.[1] : undefined;
    const nas = Object.entries(hosts).find(
      ([name, host]) => address !== undefined && [name, host.address].includes(address),
    );
    if (typeof type === "string" && type.startsWith("nfs") && nas !== undefined) {
      planning.complain(
        ["volumes", key, "driver_opts"],
        "own-nas-volume",
        `${nas[0]} exports a share only to hosts whose services mount it by its path`,
        { prose: "remove this volume, and mount the share: /mnt/media/SHARE:/path/in/container" },
      );
    }
  }
}

/** Where hosts have the directories that Compose files name by a relative path, by project. */
const PROJECT_DATA = "/var/lib/homelab-data";

/** Is it such a directory? */
export const isProjectData = (path: string): boolean => path.startsWith(`${PROJECT_DATA}/`);

/** The directory of a project on its host that a path relative to the Compose file names. */
export const onHost = (project: string, path: string): string => posix.join(PROJECT_DATA, project, path);

/** An absolute path as it is. A directory keeps its path below one of the project's; a file has to be delivered. */
function sourceOnHost(planning: Planning, at: Path, source: string): string {
  if (source.startsWith("/")) {
    return source;
  }
  const path = posix.normalize(source);
  if (path.startsWith("..")) {
    const message = `${source} lies outside the project's directory`;
    planning.complain(at, "relative-bind", message, { prose: "write the host's absolute path" });
  } else if ("text" in planning.args.read(posix.join(posix.dirname(planning.args.source.file), path))) {
    const message = `${source} is a file of the project, and not on the host`;
    planning.complain(
      at,
      "relative-bind",
      message,
      {
        prose: `put it into the top-level configs:, as in NAME: {file: ${source}}, and name it in configs: of the service`,
      },
      { prose: "write the host's absolute path" },
    );
  }
  return onHost(planning.name, path);
}

/** Does a mount of a Compose file hold data of the service's own, which its next version may change for good? */
export function hasOwnData({ file }: Planning, mount: ComposeVolume): boolean {
  if (mount.type === "tmpfs" || mount.readOnly || mount.source === undefined) {
    return false;
  }
  return mount.type === "bind"
    ? !mount.source.startsWith("/") || mount.source.startsWith(`${PROJECT_DATA}/`)
    : file.volumes[mount.source]?.["x-stateful"] === true;
}

/** A mount of a service, with the volume by Docker's name. */
export function mountOf(planning: Planning, at: Path, given: ComposeVolume): ComposeVolume {
  const volume = given.type === "bind" ? { ...given, source: sourceOnHost(planning, at, given.source) } : given;
  if (volume.type === "bind" && shareIn(volume.source) !== undefined) {
    // A share that is not there is an error, and never an empty folder, whatever the file says.
    return { ...volume, createHostPath: false };
  }
  if (volume.type !== "volume" || volume.source === undefined) {
    return volume;
  }
  const { volumes, services } = planning.file;
  if (!Object.hasOwn(volumes, volume.source)) {
    // The volume of another service is never meant: two programs would write into one folder.
    const taken = new Set(Object.values(services).flatMap((it) => it.volumes.map(sourceOf)));
    const free = Object.keys(volumes).filter((name) => !taken.has(name));
    planning.unknown(at, "volume", volume.source, free);
  }
  return { ...volume, source: planning.dockerName("volumes", volume.source) };
}
