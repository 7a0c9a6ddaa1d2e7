import type { ProblemCode } from "./codes.js";
import { remedyText } from "./remedy.js";
import type { Remedy } from "./remedy.js";

/** One thing that the homelab's owner wrote and that cannot be done as it is written. */
export interface Problem {
  /** What kind of mistake it is, for programs. */
  readonly code: ProblemCode;
  /** File as the owner knows it, relative to the project's directory. */
  readonly file: string;
  /** Line in that file, counted from 1; 0 where the file as a whole is meant. */
  readonly line: number;
  /** Where in the document: keys joined with dots, list positions in brackets. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What to write or to do instead: alternatives, the likeliest first; empty where the message says it. */
  readonly remedies: readonly Remedy[];
}

/** One problem as the terminal shows it: where, what, and what to do. */
function describe({ file, line, path, message, remedies }: Problem): string {
  const place = line > 0 ? `${file}:${line}` : file;
  const ways = remedies.map((remedy, i) => `      -> ${i === 0 ? "" : "or "}${remedyText(remedy)}`);
  return [`  ${place}${path === "" ? "" : `  ${path}`}`, `      ${message}`, ...ways].join("\n");
}

/** Problems as the terminal shows them. */
export const describeProblems = (problems: readonly Problem[]): string =>
  inReadingOrder(problems).map(describe).join("\n\n");

/**
 * By file, then by line, each once: a mistake in a file that serves several hosts is one problem, and so is a secret that is
 * not set, wherever it is needed.
 */
function inReadingOrder(problems: readonly Problem[]): Problem[] {
  const ordered = [...problems].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  const distinct = new Map<string, Problem>();
  for (const problem of ordered) {
    const key = problem.code === "missing-secret" ? problem.message : JSON.stringify(problem);
    distinct.set(key, distinct.get(key) ?? problem);
  }
  return [...distinct.values()];
}

/**
 * A mistake in what the owner wrote, as opposed to a bug in this program: shown without a stack trace, with every
 * problem that could be found at once.
 */
export class HomelabError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const ordered = inReadingOrder(problems);
    const count = ordered.length === 1 ? "1 problem" : `${ordered.length} problems`;
    super(`${count} in the homelab's declaration, nothing was changed:\n\n${describeProblems(ordered)}\n`);
    this.name = "HomelabError";
    this.problems = ordered;
  }
}
