import { posix } from "node:path";

/** Where hosts mount shares, each at its name. */
export const MOUNTS = "/mnt/media";

/** Name of the share that a path on a host leads into; empty for a folder that has the mounts of all in it. */
export function shareIn(path: string): string | undefined {
  const [, ...steps] = posix
    .normalize(path)
    .replace(/(.)\/$/, "$1")
    .split("/");
  const [, ...mounts] = MOUNTS.split("/");
  if (steps[0] === "" || !mounts.every((step, i) => (steps[i] ?? step) === step)) {
    return undefined;
  }
  return steps[mounts.length] ?? "";
}
