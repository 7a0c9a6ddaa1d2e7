import type { BackupSet } from "../backups/types.js";
import type { HostModel } from "../types.js";
import type { FindingCode } from "./codes.js";
import type { BackupReport, ProbeReport } from "./report.js";

/** How the copies are of one set of a host. */
export interface CopyStatus {
  readonly set: BackupSet;
  /** What the host remembers of it; undefined if it does not know of the set yet. */
  readonly report: BackupReport | undefined;
  /** What is wrong with them, by codes of BACKUP_CODES. */
  readonly wrong: readonly { readonly code: FindingCode; readonly words: string }[];
}

/** A set as commands and findings name it. */
export const setId = ({ kind, name }: Pick<BackupSet, "kind" | "name">): string => `${kind}/${name}`;

/** How the copies are of all that a host is to copy. */
export const copiesOn = (
  { backups }: Pick<HostModel, "backups">,
  { backups: reports = [], settings }: Pick<ProbeReport, "backups" | "settings">,
): CopyStatus[] =>
  (backups?.sets ?? []).map((set) => ({
    set,
    report: reports.find((it) => it.set === set.name && it.kind === set.kind),
    wrong: (settings["backups"]?.drift ?? []).flatMap(({ code, item, words }) =>
      item === setId(set) ? [{ code, words: copyWords(code, words) }] : [],
    ),
  }));

/** What a host says of its copies, with what it says it of. */
export const copyWords = (code: FindingCode, words: string): string => `${WHAT_FAILED[code] ?? ""}${words}`;

const WHAT_FAILED: Partial<Record<FindingCode, string>> = {
  "backup-failed": "the last copy failed: ",
  "drill-failed": "the last copy could not be restored on trial: ",
};
