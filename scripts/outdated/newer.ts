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

/** A version of two to four numbers, perhaps with the builds of those who package it, as in 4.1.3-r0-ls352. */
const RELEASE = /^v?\d{1,4}(\.\d+){1,3}(-r\d+)?(-ls\d+)?$/;
/** Of a program with several lines of releases, latest may be one of some. */
const MOST_RELEASES = 8;

/**
 * The release that a registry's tag `latest` means, and otherwise the newest. Of several names of one, the longest.
 *
 * @param digestOf what a tag names
 * @returns undefined if no tag is a version
 */
export async function newestRelease(
  tags: readonly string[],
  digestOf: (tag: string) => Promise<string>,
): Promise<{ readonly tag: string; readonly digest: string } | undefined> {
  const releases = tags
    .filter((tag) => RELEASE.test(tag))
    .sort((a, b) => compare(numbersOf(b), numbersOf(a)) || b.length - a.length)
    .slice(0, MOST_RELEASES);
  const latest = tags.includes("latest") ? await digestOf("latest") : undefined;
  let newest;
  for (const tag of releases) {
    const release = { tag, digest: await digestOf(tag) };
    newest ??= release;
    if (latest === undefined || release.digest === latest) {
      return release;
    }
  }
  return newest;
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
