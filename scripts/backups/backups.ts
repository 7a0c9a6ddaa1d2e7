import { explain, remedy } from "../../hosts/trouble.js";
import { copiesOn } from "../../model/drift/copies.js";
import type { CopyStatus } from "../../model/drift/copies.js";
import type { BackupReport } from "../../model/drift/report.js";
import type { Observation } from "../../model/drift/observation.js";
import type { HostModel } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import type { Remedy } from "../../model/yaml/remedy.js";
import { placeOfSet } from "../lib/backup-sets.js";
import { columnsOf } from "../lib/columns.js";
import { copiedText, provedText, wrongText } from "../lib/copies.js";
import { counted, sizeText } from "../lib/quantity.js";
import { shortId, timeText } from "../lib/snapshots.js";
import type { Snapshot } from "../lib/snapshots.js";

/** How the copies of a host are. */
export interface HostCopies {
  readonly host: HostModel;
  readonly status: Observation["status"];
  /** Why it could not be read. */
  readonly reason?: string;
  readonly remedy?: Remedy;
  readonly copies: readonly CopyStatus[];
}

/** How the copies are of hosts that make some. */
export const copiesOfAll = (
  hosts: readonly HostModel[],
  observations: ReadonlyMap<string, Observation>,
  stack: string,
): HostCopies[] =>
  hosts.map((host) => {
    const seen: Observation = observations.get(host.name) ?? { status: "failed", reason: "it was not asked" };
    const { status } = seen;
    return status === "ok"
      ? { host, status, copies: copiesOn(host, seen.report) }
      : { host, status, reason: explain(host, status, seen.reason), remedy: remedy(host, status, stack), copies: [] };
  });

const NOT_WELL = 2;
const UNREAD = 3;

/** What a program is told. */
export function exitCodeOf(all: readonly HostCopies[]): number {
  if (all.some(({ status }) => status !== "ok")) {
    return UNREAD;
  }
  return all.some(({ copies }) => copies.some(({ wrong }) => wrong.length > 0)) ? NOT_WELL : 0;
}

/** The same for programs; times in seconds since 1970. */
export const plainCopies = (all: readonly HostCopies[]): object[] =>
  all.map(({ host, copies, ...rest }) => ({
    host: host.name,
    ...rest,
    sets: copies.map(({ set: { name, kind }, report, wrong }) => ({ name, kind, ...known(report), wrong })),
  }));

const known = (report: BackupReport | undefined): object => {
  const {
    ok = false,
    at = null,
    doneAt = null,
    bytes = null,
    snapshot = null,
    words = "",
    drill = null,
  } = report ?? {};
  return { ok, at, doneAt, bytes, snapshot, words, drill };
};

/** A line for each set, and then what is wrong. */
export function describeCopies(all: readonly HostCopies[], now: Date): string {
  const rows = all.flatMap((it) => rowsOf(it, now));
  const trouble = all.flatMap(({ host, reason, remedy: what, copies }) => [
    ...(reason === undefined ? [] : [`${reason}${what === undefined ? "" : `\n-> ${remedyText(what)}`}`]),
    ...copies
      .filter(({ wrong }) => wrong.length > 0)
      .map((copy) => `${placeOfSet({ host, set: copy.set })}: ${wrongText(copy)}`),
  ]);
  const table = columnsOf(["HOST", "WHAT", "LAST COPY", "SIZE", "RESTORED ON TRIAL"], rows);
  return [table, ...(trouble.length === 0 ? [] : ["", ...trouble])].join("\n");
}

function rowsOf({ host, status, copies }: HostCopies, now: Date): string[][] {
  if (status !== "ok") {
    return [[host.name, counted(host.backups?.sets.length ?? 0, "set"), status, "", ""]];
  }
  return copies.map((copy, i) => {
    const { name, kind } = copy.set;
    const bytes = copy.report?.bytes ?? null;
    return [
      i === 0 ? host.name : "",
      kind === "share" ? `share ${name}` : name,
      copiedText(copy, now),
      bytes === null ? "" : sizeText(bytes),
      provedText(copy, now),
    ];
  });
}

/** The copies of one set, the newest first. */
export const describeSnapshots = (snapshots: readonly Snapshot[]): string =>
  columnsOf(
    ["COPIED AT", "ID", "SIZE"],
    snapshots.map((it) => [timeText(it.time), shortId(it), it.bytes === undefined ? "" : sizeText(it.bytes)]),
  );
