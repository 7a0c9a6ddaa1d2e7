import { realpathSync } from "node:fs";
import { join, relative } from "node:path";

const ZONES = "/usr/share/zoneinfo";

/**
 * A time zone by its present name. Other programs know some zones by a former name, as UTC for Etc/UTC, which a host then
 * reports by the present one.
 */
export function presentName(zone: string, folder = ZONES): string {
  try {
    const root = realpathSync(folder);
    const name = relative(root, realpathSync(join(root, zone)));
    return name.startsWith("..") ? zone : name;
  } catch {
    return zone === "UTC" ? "Etc/UTC" : zone; // no time zones are installed here
  }
}

/** The time zone of this machine, such as Europe/Berlin. */
export const ownZone = (): string => presentName(Intl.DateTimeFormat().resolvedOptions().timeZone);
