import type { HostSummary } from "../outputs/summary.js";

/** What runs where and who may reach it, by host: the output `hosts`. */
export type Summary = Readonly<Record<string, HostSummary>>;

/** What a change of the declaration comes to, without a host or a state. */
export interface Difference {
  readonly hostsAdded: readonly string[];
  readonly hostsRemoved: readonly string[];
  /** Services of hosts that stay, and of those that come or go, as HOST/SERVICE. */
  readonly servicesAdded: readonly string[];
  readonly servicesRemoved: readonly string[];
  readonly images: readonly ImageDifference[];
  readonly reach: readonly ReachDifference[];
}

/** A service that is to run another image. */
interface ImageDifference {
  readonly service: string;
  readonly from: string;
  readonly to: string;
}

/** A port of a host whose audience is another one; an empty list is nobody. */
export interface ReachDifference {
  readonly host: string;
  /** Name of the service or of the program. */
  readonly what: string;
  /** As in "8096/tcp". */
  readonly port: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Compares what a homelab is with what it is to be. */
export function differenceBetween(before: Summary, after: Summary): Difference {
  const [was, is] = [servicesIn(before), servicesIn(after)];
  return {
    hostsAdded: missingFrom(before, Object.keys(after)),
    hostsRemoved: missingFrom(after, Object.keys(before)),
    servicesAdded: [...is.keys()].filter((service) => !was.has(service)),
    servicesRemoved: [...was.keys()].filter((service) => !is.has(service)),
    images: [...is].flatMap(([service, to]) => {
      const from = was.get(service);
      return from === undefined || from === to ? [] : [{ service, from, to }];
    }),
    reach: reachDifferences(before, after),
  };
}

/** Those who may reach a port and could not before. */
export const gained = ({ before, after }: ReachDifference): string[] => after.filter((who) => !before.includes(who));

/** Does anything differ? */
export const isDifferent = (difference: Difference): boolean =>
  Object.values<readonly unknown[]>({ ...difference }).some((list) => list.length > 0);

const missingFrom = (summary: Summary, names: readonly string[]): string[] =>
  names.filter((name) => !Object.hasOwn(summary, name));

const servicesIn = (summary: Summary): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(summary).flatMap(([host, { services }]) =>
      Object.entries(services).map(([name, { image }]) => [`${host}/${name}`, image] as const),
    ),
  );

type Reach = Omit<ReachDifference, "before" | "after"> & { readonly from: readonly string[] };

function reachDifferences(before: Summary, after: Summary): ReachDifference[] {
  const [was, is] = [reachIn(before), reachIn(after)];
  return [...new Map([...was, ...is])].flatMap(([key, { host, what, port }]) => {
    const difference = { host, what, port, before: was.get(key)?.from ?? [], after: is.get(key)?.from ?? [] };
    return gained(difference).length > 0 || difference.before.some((who) => !difference.after.includes(who))
      ? [difference]
      : [];
  });
}

/** By host, port and what listens there; one port may be open for several reasons. */
function reachIn(summary: Summary): ReadonlyMap<string, Reach> {
  const reach = new Map<string, Reach>();
  for (const [host, { openings }] of Object.entries(summary)) {
    for (const { port, protocol, what, from } of openings) {
      const place = { host, what, port: `${port ?? "chosen by Docker"}/${protocol}` };
      const key = `${host} ${place.port} ${what}`;
      reach.set(key, { ...place, from: [...new Set([...(reach.get(key)?.from ?? []), ...from])].sort() });
    }
  }
  return reach;
}
