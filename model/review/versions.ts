/**
 * The major versions of two references of one image, as in "17 → 18".
 *
 * @returns undefined where they are the same, or one of the tags has none
 */
export function majorChange(from: string, to: string): string | undefined {
  const [was, is] = [majorOf(from), majorOf(to)];
  return was === undefined || is === undefined || was === is ? undefined : `${was} → ${is}`;
}

/** The first number of a tag such as v3.19.0, 18.6-alpine or 4.1.3-r0; a calendar such as 2026.11 counts as one, too. */
const majorOf = (image: string): string | undefined => /:v?(\d+)(?:[.-][\w.-]*)?(?:@|$)/.exec(image)?.[1];
