import { settingPath } from "../config/settings.js";
import type { Config } from "../config/settings.js";
import type { Problem } from "../yaml/problem.js";
import { suggest } from "../yaml/suggest.js";
import type { Source } from "../yaml/source.js";

/** A service of a Compose file on a host, on or off. */
export interface Switchable {
  readonly host: string;
  /** Its key in the file. */
  readonly key: string;
  /** Name of its container, which no other of the host has. */
  readonly name: string;
  /** Its file is that of a role, and so the same on every host that has the role. */
  readonly ours: boolean;
}

/** What the configuration calls a service of one host. */
export const placeOf = ({ host, name }: Pick<Switchable, "host" | "name">): string => `${host}/${name}`;

/** Is a service switched on or off: on its host, or by its key? Undefined where its Compose file decides. */
export const switchOf = ({ services }: Config, it: Omit<Switchable, "ours">): boolean | undefined =>
  services[placeOf(it)] ?? services[it.key];

/**
 * What is switched on or off is one service, or that of a role wherever the role is: a key that several Compose files of
 * the owner's happen to have, such as `db`, says of none of them that it is the one that was meant.
 */
export function checkSwitches(config: Config, source: Source, all: readonly Switchable[]): Problem[] {
  return Object.entries(config.services).flatMap(([written, on]) => {
    const at = settingPath("services", written);
    const meant = all.filter((it) => it.key === written || placeOf(it) === written);
    const places = [...new Set(meant.map(placeOf))];
    if (places.length === 0) {
      const known = all.flatMap((it) => (written.includes("/") ? placeOf(it) : [it.key, placeOf(it)]));
      const message = `no host has a service "${written}"`;
      return [source.problem(at, "unknown-service", message, suggest(written, known, { otherwise: "remove it" }))];
    }
    if (places.length > 1 && meant.some(({ ours }) => !ours)) {
      const remedies = places.map((place) => ({ prose: `write ${place}: ${String(on)} in place of ${written}:` }));
      return [source.problem(at, "ambiguous-service", `${places.length} services have this key`, ...remedies)];
    }
    return [];
  });
}
