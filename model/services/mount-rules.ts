import { isDockerSocket, isSystemPath } from "../compose/host-paths.js";
import type { ComposeVolume } from "../compose/volumes.js";
import type { ServiceModel } from "../types.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Path } from "../yaml/source.js";

export type Complain = (path: Path, code: ProblemCode, message: string, prose: string) => void;

/** What a service may mount of its host, and where. */
export function checkMounts({ volumes, files, definition }: ServiceModel, complain: Complain): void {
  const targets = new Set([...definition.tmpfs.map((it) => it.split(":")[0] ?? ""), ...files.map(({ path }) => path)]);
  volumes.forEach((volume, i) => {
    if (targets.has(volume.target)) {
      const message = `something else is mounted at ${volume.target} already`;
      complain(["volumes", i], "duplicate-mount", message, "choose another target, or remove one of the two");
    }
    targets.add(volume.target);
    if (volume.type === "bind") {
      checkBind(volume, definition["x-homelab"], (...rest) => {
        complain(["volumes", i], ...rest);
      });
    }
  });
}

function checkBind(
  { source, readOnly }: Extract<ComposeVolume, { type: "bind" }>,
  reasons: ServiceModel["definition"]["x-homelab"],
  complain: (code: ProblemCode, message: string, prose: string) => void,
): void {
  if (isDockerSocket(source)) {
    if (reasons["socket-reason"] === undefined) {
      const prose = "use a socket proxy, or say why in x-homelab: {socket-reason: WHY}";
      complain("socket-without-reason", "Docker's socket gives root on the host", prose);
    }
  } else if (isSystemPath(source)) {
    if (!readOnly) {
      complain("system-path", `${source} is a directory of the system`, "mount only the part that the service needs");
    } else if (reasons["mount-reason"] === undefined) {
      const message = `${source} shows the service all that the system has there, Docker's socket too if that is below it`;
      const prose = "mount only the part that it needs, or say why in x-homelab: {mount-reason: WHY}";
      complain("mount-without-reason", message, prose);
    }
  }
}
