import { distance } from "fastest-levenshtein";

/** Shorter words are close to too many others. */
const SHORTEST = 4;

/** The candidate that is closest to what was written, if it is close enough to be meant. */
export function closest(written: string, candidates: readonly string[]): string | undefined {
  const word = written.toLowerCase();
  const same = candidates.find((candidate) => candidate.toLowerCase() === word);
  if (same !== undefined || written.length < SHORTEST) {
    return same;
  }
  const [best] = candidates
    .map((candidate) => ({ candidate, needed: distance(word, candidate.toLowerCase()) }))
    .filter(({ needed }) => needed <= written.length / 3)
    .sort((a, b) => a.needed - b.needed);
  return best?.candidate;
}

/**
 * What to do about a name that nothing here has: write the one that was meant, if one is close.
 *
 * @param options.as how the name is written; @default in double quotes
 * @param options.otherwise what to do if none is close; @default one of the known names
 */
export function suggest(
  written: string,
  known: Iterable<string>,
  { as = (name) => `"${name}"`, otherwise }: { as?: (name: string) => string; otherwise?: string } = {},
): { readonly prose: string } {
  const names = [...known];
  const meant = closest(written, names);
  return {
    prose: meant === undefined ? (otherwise ?? `known here: ${names.join(", ") || "none"}`) : `write ${as(meant)}`,
  };
}
