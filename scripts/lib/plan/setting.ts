import { diffLines } from "diff";

const LINES_SHOWN = 6;

/**
 * What is different about a setting.
 *
 * @param changed names of the command's properties that the engine says are different
 * @param was what the helper was sent, JSON; @param is what it is to be sent
 */
export function settingDetails(changed: readonly string[], was: unknown, is: unknown): string[] {
  if (!changed.includes("stdin")) {
    return ["applied again"];
  }
  const [before, after] = [readable(was), readable(is)];
  if (before === undefined || after === undefined) {
    return ["a secret"];
  }
  return differentLines(before, after);
}

/** The lines that come and go between two texts, as far as they can be shown. */
export function differentLines(before: string, after: string, shown: (line: string) => boolean = () => true): string[] {
  const lines = diffLines(before, after).flatMap(({ added, removed, value }) =>
    added || removed
      ? value
          .trimEnd()
          .split("\n")
          .filter(shown)
          .map((line) => `${added ? "+" : "-"} ${line.trim()}`)
      : [],
  );
  const more = lines.length - LINES_SHOWN;
  return more > 0 ? [...lines.slice(0, LINES_SHOWN), `and ${more} more lines`] : lines;
}

/** The input with the texts of its files as lines; undefined for what is hidden. */
function readable(input: unknown): string | undefined {
  if (typeof input !== "string") {
    return undefined;
  }
  try {
    return JSON.stringify(JSON.parse(input), null, 1).replaceAll("\\n", "\n").replaceAll('\\"', '"') + "\n";
  } catch {
    return undefined;
  }
}
