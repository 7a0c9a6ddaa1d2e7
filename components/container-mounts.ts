import { dirname } from "node:path/posix";
import type * as docker from "@pulumi/docker";
import type { ComposeService } from "../model/compose/service.js";
import type { ComposeVolume } from "../model/compose/volumes.js";
import type { FileModel, ServiceModel } from "../model/types.js";
import { defined, some, someKeys } from "./defined.js";

/** The mounts of a container, in the Docker provider's two forms. */
export function mountArgs(
  { volumes, files }: ServiceModel,
  { fileOnHost }: { readonly fileOnHost: (path: string) => string },
): Pick<docker.ContainerArgs, "mounts" | "volumes"> {
  return defined({
    mounts: some([
      ...volumes.flatMap((volume) => mount(volume) ?? []),
      ...mountedPaths(files).map((path) => ({ type: "bind", source: fileOnHost(path), target: path, readOnly: true })),
    ]),
    volumes: some(volumes.flatMap((volume) => lightMount(volume) ?? [])),
  });
}

/** The files, and of those whose changes are to be seen the folders: a mounted file remains the one that it was. */
const mountedPaths = (files: readonly FileModel[]): string[] => [
  ...new Set(files.map(({ path, live }) => (live ? dirname(path) : path))),
];

/** A bind that must not create its source, or a tmpfs: only the form `mounts` can express these. */
function mount(volume: ComposeVolume): docker.types.input.ContainerMount | undefined {
  switch (volume.type) {
    case "tmpfs":
      return defined({
        type: "tmpfs",
        target: volume.target,
        tmpfsOptions:
          volume.size === undefined && volume.mode === undefined
            ? undefined
            : defined({ sizeBytes: volume.size, mode: volume.mode }),
      });
    case "bind":
      return volume.createHostPath && volume.propagation === undefined
        ? undefined
        : defined({
            type: "bind",
            source: volume.source,
            target: volume.target,
            readOnly: volume.readOnly || undefined,
            bindOptions: volume.propagation === undefined ? undefined : { propagation: volume.propagation },
          });
    case "volume":
      return undefined;
  }
}

/** A named or anonymous volume, or a bind whose source Docker may create. */
function lightMount(volume: ComposeVolume): docker.types.input.ContainerVolume | undefined {
  if (volume.type === "tmpfs" || mount(volume) !== undefined) {
    return undefined;
  }
  return defined({
    containerPath: volume.target,
    readOnly: volume.readOnly || undefined,
    ...(volume.type === "bind" ? { hostPath: volume.source } : { volumeName: volume.source }),
  });
}

export function tmpfsOf({ tmpfs }: ComposeService): Record<string, string> | undefined {
  return someKeys(
    Object.fromEntries(
      tmpfs.map((entry) => {
        const [path = "", ...options] = entry.split(":");
        return [path, options.join(":")];
      }),
    ),
  );
}
