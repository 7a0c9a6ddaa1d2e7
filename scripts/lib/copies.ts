import type { CopyStatus } from "../../model/drift/copies.js";
import { duration } from "./quantity.js";

/** How long ago something was, as in "5 h ago". */
const ago = (seconds: number, now: Date): string => `${duration(Math.max(0, now.getTime() / 1000 - seconds))} ago`;

export const NEVER = "never";

/** When the last copy came about. */
export const copiedText = ({ report }: CopyStatus, now: Date): string =>
  typeof report?.doneAt === "number" ? ago(report.doneAt, now) : NEVER;

/** When the last copy was restored on trial, and what came of it. */
export function provedText({ report }: CopyStatus, now: Date): string {
  const { drill } = report ?? {};
  if (typeof drill?.at !== "number") {
    return "not yet";
  }
  return `${drill.ok ? "" : "failed "}${ago(drill.at, now)}`;
}

/** What is wrong with the copies of a set, in words; empty where nothing is. */
export const wrongText = ({ wrong }: CopyStatus): string => wrong.map(({ words }) => words).join("; ");
