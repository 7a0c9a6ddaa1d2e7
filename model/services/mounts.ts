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

/** A mount of a service, with the volume by Docker's name. */
export function mountOf(planning: Planning, at: Path, volume: ComposeVolume): ComposeVolume {
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
