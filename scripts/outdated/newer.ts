/** A calendar in a tag of version numbers, such as 20240101, is no version. */
const YEAR_DIGITS = 4;

/**
 * The newest of a registry's tags that is of the same kind as the one in use: other numbers in the same places, as in
 * v3.19.0 and v3.20.1, or 4.1.3-r0-ls352 and 4.1.4-r0-ls360.
 *
 * @returns undefined if there is none that is newer
 */
export function newestLike(tag: string, tags: readonly string[]): string | undefined {
  const best = tags
    .filter((it) => kindOf(it) === kindOf(tag) && sameScale(it, tag))
    .reduce((newest, it) => (compare(numbersOf(it), numbersOf(newest)) > 0 ? it : newest), tag);
  return best === tag ? undefined : best;
}

const kindOf = (tag: string): string => tag.replace(/\d+/g, "#");
const numbersOf = (tag: string): bigint[] => (tag.match(/\d+/g) ?? []).map(BigInt);

function sameScale(one: string, other: string): boolean {
  const [a, b] = [one, other].map((tag) => (/\d+/.exec(tag)?.[0] ?? "").length >= YEAR_DIGITS);
  return a === b;
}

function compare(a: readonly bigint[], b: readonly bigint[]): number {
  const i = a.findIndex((number, at) => number !== b[at]);
  return i === -1 ? 0 : (a[i] ?? 0n) > (b[i] ?? 0n) ? 1 : -1;
}
