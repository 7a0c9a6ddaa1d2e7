import { posix } from "node:path";
import type { z } from "zod";
import type { Text } from "../text.js";
import { complaint } from "../yaml/complaint.js";

const DOCKER_SOCKET = "/run/docker.sock";
/** Directories that give a container the host. Files below some of them are ordinary to mount. */
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
  "/var/lib",
  "/var/lib/containerd",
  "/var/lib/docker",
];

/** Without the links that every Debian has. */
const plain = (path: string): string =>
  posix
    .normalize(path)
    .replace(/(.)\/$/, "$1")
    .replace(/^\/var\/(run|lock)(?=\/|$)/, (_, name: string) => (name === "run" ? "/run" : "/run/lock"));

/** Does a path of the host lead to Docker's socket? */
export const isDockerSocket = (path: string): boolean => plain(path) === DOCKER_SOCKET;
/** Is a path of the host a directory of the system? */
export const isSystemPath = (path: string): boolean => SYSTEM_PATHS.includes(plain(path));

/** A volume of the driver `local` can be a directory of the host by another name. */
export function volumeOptions(map: Record<string, Text>, context: z.RefinementCtx<Record<string, Text>>): void {
  const { device } = map;
  if (typeof device === "string" && (isSystemPath(device) || isDockerSocket(device))) {
    const { error, params } = complaint("system-path", `${device} would be open to every service with this volume`, {
      prose: "mount only the part that a service needs, under its volumes:",
    });
    context.addIssue({ code: "custom", path: ["device"], message: error, params, input: map });
  }
}
