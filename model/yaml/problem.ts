/** One thing that the homelab's owner wrote and that cannot be done as it stands. */
export interface Problem {
  /** File as the owner knows it, relative to the project's directory. */
  readonly file: string;
  /** Line in that file, counted from 1; 0 where the file as a whole is meant. */
  readonly line: number;
  /** Where in the document: keys joined with dots, list positions in brackets. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What to write or to do instead. */
  readonly hint?: string;
}

/** One problem as the terminal shows it: where, what, and what to do. */
function describe({ file, line, path, message, hint }: Problem): string {
  const place = line > 0 ? `${file}:${line}` : file;
  const lines = [`  ${place}${path === "" ? "" : `  ${path}`}`, `      ${message}`];
  if (hint !== undefined) {
    lines.push(`      -> ${hint}`);
  }
  return lines.join("\n");
}

/** By file, then by line, each once: a mistake in a file that serves several hosts is one problem. */
function inReadingOrder(problems: readonly Problem[]): Problem[] {
  const distinct = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...distinct.values()].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
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
    super(`${count} in the homelab's declaration, nothing was changed:\n\n${ordered.map(describe).join("\n\n")}\n`);
    this.name = "HomelabError";
    this.problems = ordered;
  }
}

/** The candidate that is closest to what was written, if it is close enough to be meant. */
export function nearest(written: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(written.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** How many letters must be put in, taken out or replaced to turn a into b (Levenshtein). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
