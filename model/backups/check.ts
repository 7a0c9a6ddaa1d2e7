import { isProjectData } from "../services/mounts.js";
import type { Project } from "../services/project.js";
import type { VolumeModel } from "../types.js";
import type { Problem } from "../yaml/problem.js";

/** A volume that a driver, or an option of Docker's own, brings from elsewhere is an empty folder while nobody uses it. */
const isElsewhere = ({ driver = "local", driver_opts: options = {} }: VolumeModel): boolean =>
  driver !== "local" || Object.keys(options).length > 0;

/** What restic takes for a pattern. */
const PATTERN = /[*?[\]\\]/;

/** Folders of projects whose names are patterns to restic. */
export const checkFolders = (projects: readonly Project[]): Problem[] =>
  projects.flatMap(({ services, source }) =>
    services.flatMap(({ key, volumes, definition }) =>
      volumes.flatMap((volume, i) =>
        volume.type === "bind" &&
        isProjectData(volume.source) &&
        PATTERN.test(volume.source) &&
        definition["x-homelab"]["no-backup"] === undefined
          ? [
              source.problem(
                ["services", key, "volumes", i],
                "malformed",
                "homelab:backups cannot copy a folder with any of * ? [ ] \\ in its path",
                { prose: "choose another name" },
                { prose: "write x-homelab: {no-backup: WHY}" },
              ),
            ]
          : [],
      ),
    ),
  );

/** Volumes that are to outlive their service, and whose data are not where the host could copy them. */
export const checkVolumes = (projects: readonly Project[]): Problem[] =>
  projects.flatMap(({ volumes, services, source, volumeKeys }) =>
    volumes
      .filter((volume) => volume.stateful && isElsewhere(volume))
      .flatMap((volume) => {
        const wanted = services.filter(
          ({ volumes: mounts, definition }) =>
            mounts.some((it) => it.type === "volume" && it.source === volume.name) &&
            definition["x-homelab"]["no-backup"] === undefined,
        );
        return wanted.map(({ key }) =>
          source.problem(
            ["volumes", volumeKeys[volume.name] ?? volume.name, "x-stateful"],
            "backup-elsewhere",
            "homelab:backups cannot copy it: Docker brings its data from elsewhere",
            { prose: `copy them where they are, and write x-homelab: {no-backup: WHY} in ${key}` },
            { prose: "remove it, if the data may go with the service" },
          ),
        );
      }),
  );
