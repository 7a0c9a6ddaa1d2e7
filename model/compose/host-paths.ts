import { posix } from "node:path";
import type { z } from "zod";
import { complaint } from "../yaml/complaint.js";

const DOCKER_SOCKETS = ["/var/run/docker.sock", "/run/docker.sock"];
/** Directories whose loan to a container gives it the host. Files below some of them are ordinary to mount. */
const SYSTEM_PATHS = [
  "/",
  "/bin",
  "/boot",
  "/dev",
  "/etc",
  "/lib",
  "/proc",
  "/root",
  "/run",
  "/sbin",
  "/sys",
  "/usr",
  "/var",
];

const plain = (path: string): string => posix.normalize(path).replace(/(.)\/$/, "$1");

/** Does a path of the host lead to Docker's socket? */
export const isDockerSocket = (path: string): boolean => DOCKER_SOCKETS.includes(plain(path));
/** Is a path of the host a directory of the system? */
export const isSystemPath = (path: string): boolean => SYSTEM_PATHS.includes(plain(path));

/** A volume of the driver `local` can be a directory of the host by another name. */
export function volumeOptions(map: Record<string, string>, context: z.RefinementCtx<Record<string, string>>): void {
  const { device } = map;
  if (device !== undefined && (isSystemPath(device) || isDockerSocket(device))) {
    const { error, params } = complaint("system-path", `${device} would be open to every service with this volume`, {
      prose: "mount only the part that a service needs, under its volumes:",
    });
    context.addIssue({ code: "custom", path: ["device"], message: error, params, input: map });
  }
}
