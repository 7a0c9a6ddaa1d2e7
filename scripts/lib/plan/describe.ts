import type { HostModel } from "../../../model/types.js";
import { counted } from "../quantity.js";
import type { Change } from "./plan.js";
import { tableOf } from "../table.js";

/** So many things with the same difference are told once. */
const SAME_FROM = 4;

const VERBS: Readonly<Record<Change["action"], string>> = {
  create: "create",
  update: "change",
  replace: "replace",
  delete: "remove",
};
/** In the order of the rows. */
const ACTIONS = ["create", "replace", "update", "delete"] as const;

/**
 * What a deployment would do, host by host, for the terminal; empty if it would do nothing.
 *
 * @param declared the hosts as they are to be, which says what keeps data; @default nothing is known to
 */
export function describePlan(changes: readonly Change[], declared: readonly HostModel[] = []): string {
  if (changes.length === 0) {
    return "";
  }
  const hosts = [...new Set(changes.map(({ host }) => host))];
  const common = commonDifferences(changes);
  const rows = hosts.flatMap((host) =>
    ACTIONS.flatMap((action) => {
      const these = changes.filter((it) => it.host === host && it.action === action && !common.covered.has(it));
      return these.length === 0 ? [] : [[host, VERBS[action], linesOf(these).join("\n")]];
    }),
  );
  const table = rows.length === 0 ? [] : [tableOf(["HOST", "", "WHAT"], firstOnly(rows))];
  return [...common.lines, ...table, ...hosts.flatMap((host) => consequences(host, changes, declared))].join("\n");
}

/** A host's name beside the first of its rows. */
const firstOnly = (rows: readonly string[][]): string[][] =>
  rows.map(([host = "", ...rest], i) => [rows[i - 1]?.[0] === host ? "" : host, ...rest]);

/** One difference that many services have, such as another time zone. */
function commonDifferences(changes: readonly Change[]): { lines: string[]; covered: ReadonlySet<Change> } {
  const groups = grouped(
    changes.filter(({ kind, action, details }) => kind === "container" && action === "replace" && details.length > 0),
    ({ details }) => details.join("; "),
  );
  const large = [...groups].filter(([, members]) => members.length >= SAME_FROM);
  return {
    lines: large.map(([details, members]) => `${details} (${members.length} services restart)`),
    covered: new Set(large.flatMap(([, members]) => members)),
  };
}

/** What differs is told thing by thing, what only comes or goes as a list. */
function linesOf(changes: readonly Change[]): string[] {
  const different = changes.filter(({ details }) => details.length > 0);
  const plain = changes.filter(({ details }) => details.length === 0);
  const kinds = grouped(plain, labelOf);
  return [
    ...different.map(({ name, details }) => `${name}: ${details.join("\n  ")}`),
    ...[...kinds].map(([label, members]) => `${label} ${members.map(({ name }) => name).join(", ")}`),
  ];
}

/** What a list of such things begins with. */
const labelOf = ({ kind, kept }: Change): string =>
  `${kind === "container" ? "service" : kind}s${kept ? " (kept on the host)" : ""}:`;

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? [];
    groups.set(keyOf(item), [...group, item]);
  }
  return groups;
}

/** What the owner should know of a host before he says yes. */
function consequences(host: string, changes: readonly Change[], declared: readonly HostModel[]): string[] {
  const here = changes.filter((it) => it.host === host);
  const line = (words: string, found: readonly Change[]): string[] =>
    found.length === 0 ? [] : [`${words}: ${found.map(({ name }) => name).join(", ")}`];
  const down = here.filter(({ kind, action }) => kind === "container" && action === "replace");
  const volumes = here.filter(({ kind, action }) => kind === "volume" && (action === "delete" || action === "replace"));
  const guarded = here.filter(
    ({ kind, name, action }) => kind === "setting" && action !== "delete" && ["ssh", "firewall"].includes(name),
  );
  const kept = volumes.filter((it) => it.kept);
  return [
    ...line(`Down for some seconds on ${host}`, down),
    ...line(
      `Another version of what keeps data on ${host}, which may convert them for good: back up first`,
      down.filter((it) => keepsData(it, declared) && it.details.some((detail) => detail.startsWith("image: "))),
    ),
    ...line(
      `Removed from ${host} with all data`,
      volumes.filter((it) => !it.kept),
    ),
    ...line(`Kept on ${host} with all data, ${counted(kept.length, "volume")}`, kept),
    ...line(`Rolled back within a minute on ${host} unless a new connection confirms it`, guarded),
  ];
}

/** Does a service mount a volume that outlives it? */
function keepsData({ host, name }: Change, declared: readonly HostModel[]): boolean {
  const model = declared.find((it) => it.name === host);
  const mounted = model?.services.find((it) => it.name === name)?.volumes ?? [];
  return mounted.some(
    (it) => it.type === "volume" && model?.volumes.some((volume) => volume.name === it.source && volume.stateful),
  );
}
