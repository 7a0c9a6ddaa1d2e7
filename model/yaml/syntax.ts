import type { LineCounter, YAMLError } from "yaml";
import type { Problem } from "./problem.js";
import type { Remedy } from "./remedy.js";
import { firstSlip } from "./slip.js";
import type { Slip } from "./slip.js";

/** What a parser reports once for each time that it was done, and not again and again for one slip. */
const SEPARATE = new Set<string>(["DUPLICATE_KEY", "MULTIPLE_DOCS", "BAD_DQ_ESCAPE", "TAG_RESOLVE_FAILED"]);

/**
 * What is wrong with a text that is not YAML, in plain words. Of what makes a parser stumble further on, such as a wrong
 * indentation, only the first is said: the others follow from it.
 *
 * @param errors those of the `yaml` package, at least one
 */
export function syntaxProblems(
  file: string,
  text: string,
  errors: readonly YAMLError[],
  lines: LineCounter,
): Problem[] {
  const lineOf = (error: YAMLError): number => lines.linePos(error.pos[0]).line;
  const problem = (line: number, message: string, remedies: readonly Remedy[]): Problem => ({
    code: "invalid-yaml",
    file,
    line,
    path: "",
    message,
    remedies,
  });
  const [first] = errors.filter(({ code }) => !SEPARATE.has(code)).sort((a, b) => a.pos[0] - b.pos[0]);
  if (first === undefined) {
    return errors.map((error) => problem(lineOf(error), ...wordsOf(error)));
  }
  const slip = firstSlip(text);
  return slip === undefined || isFarBelow(slip, lineOf(first), text)
    ? [problem(lineOf(first), ...wordsOf(first))]
    : [problem(slip.line, slip.message, [{ prose: slip.prose }])];
}

/** A parser is stopped by the next line with content at the latest; what is further down is not why. */
const isFarBelow = (slip: Slip, line: number, text: string): boolean =>
  text
    .split("\n")
    .slice(line, slip.line - 1)
    .some((between) => !/^\s*(#.*)?$/.test(between));

function wordsOf({ code, message }: YAMLError): [message: string, remedies: Remedy[]] {
  const [words, prose] = WORDS.find(([it]) => it.test(`${code} ${message}`))?.[1] ?? UNCLEAR;
  return [words, [{ prose }]];
}

const UNCLEAR = ["this is not YAML", "compare indentation, quotes and brackets with the lines around it"] as const;

/** By the code of the `yaml` package and, where a code is of several things, its message. */
const WORDS: readonly (readonly [RegExp, readonly [message: string, prose: string]])[] = [
  [/^DUPLICATE_KEY/, ["this key appears twice", "keep one of the two"]],
  [/^TAB_AS_INDENT/, ["this line is indented by a tab", "indent it with spaces"]],
  [/^MULTIPLE_DOCS/, ["a second document begins here", "keep one document in a file: remove the line with ---"]],
  [
    /^BAD_DQ_ESCAPE/,
    ["a backslash in double quotes starts an escape that YAML does not know", "use single quotes, or write \\\\"],
  ],
  [/^BAD_SCALAR_START/, ["a value cannot begin with this character", "put the value in quotes"]],
  [
    /^TAG_RESOLVE_FAILED/,
    ["this begins with ! and is no tag that YAML knows", "put the value in quotes, or remove the tag"],
  ],
  [/ comments must/i, ["there is no space before the #", "write a space before it, or put the value in quotes"]],
  [/^BLOCK_IN_FLOW| end with a [}\]]|flow (map|sequence)/i, ["a bracket is opened and not closed", "close it"]],
  [/closing.*quote/i, ["a quotation mark is opened and not closed", "close it"]],
  [
    /^(BAD_ALIAS|ALIAS_PROPS)/,
    ["this is no alias", "write *NAME with the name of an anchor, or put the value in quotes"],
  ],
];

/** What the `yaml` package throws for a document that it read, and cannot turn into data. */
export const aliasWords = (message: string): [message: string, prose: string] =>
  /merge/i.test(message)
    ? ["<<: takes a mapping, or a list of mappings", "write <<: *NAME, with the anchor of a mapping"]
    : ["its aliases lead to themselves, or multiply without end", "write some of them out"];
