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

/** What a deployment would do, host by host, for the terminal; empty if it would do nothing. */
export function describePlan(changes: readonly Change[]): string {
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
  return [...common.lines, ...table, ...consequences(changes)].join("\n");
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

/** What the owner should know before he says yes. */
function consequences(changes: readonly Change[]): string[] {
  const of = (kind: Change["kind"], ...actions: Change["action"][]): string[] =>
    changes.filter((it) => it.kind === kind && actions.includes(it.action)).map(({ host, name }) => `${host}/${name}`);
  const down = of("container", "replace");
  const gone = changes.filter(({ kind, action, kept }) => kind === "volume" && action === "delete" && !kept);
  const guarded = of("setting", "create", "update").filter((it) => /\/(ssh|firewall)$/.test(it));
  return [
    ...(down.length === 0 ? [] : [`Down for some seconds: ${down.join(", ")}`]),
    ...(gone.length === 0
      ? []
      : [`Removed with its data: volume ${gone.map(({ host, name }) => `${host}/${name}`).join(", ")}`]),
    ...(guarded.length === 0
      ? []
      : [`Rolled back within a minute unless a new connection confirms it: ${guarded.join(", ")}`]),
  ];
}
