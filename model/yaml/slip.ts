// What a person did wrong in a text that is not YAML. A parser reports where it could not go on, often many times for one
// slip; this looks at the lines as their author does: indentation, colons, quotes and brackets.

import { BLOCK_SCALAR, indentOf, isContinued, isOpen, isQuote, readLine, stillUnclosed, unclosedIn } from "./line.js";
import type { Line, Unclosed } from "./line.js";

/** One slip. No value of the text is part of it, because that could be a secret. */
export interface Slip {
  /** From 1. */
  readonly line: number;
  readonly message: string;
  readonly prose: string;
}

/**
 * The first slip of a text. It is meant for texts that a parser refused: what it takes for a slip in others may be right.
 */
export function firstSlip(text: string): Slip | undefined {
  const raws = text.split(/\r?\n/);
  const step = stepOf(raws);
  let open: readonly Level[] = [];
  let above: Line | undefined;
  let scalarAbove = -1; // indentation of the line whose block scalar goes on
  let unclosed: Unclosed | undefined;
  for (const [i, raw] of raws.entries()) {
    const indent = indentOf(raw);
    if (/^\s*(#.*)?$/.test(raw) || (scalarAbove >= 0 && indent > scalarAbove)) {
      continue;
    }
    scalarAbove = -1;
    if (unclosed !== undefined) {
      if (isQuote(unclosed.closer) && /^\s*(- |[\w.-]+:(\s|$))/.test(raw)) {
        return notClosed(unclosed);
      }
      unclosed = stillUnclosed(raw, unclosed);
      continue;
    }
    if (/^ *\t/.test(raw)) {
      return { line: i + 1, message: "this line is indented by a tab", prose: "indent it with spaces" };
    }
    if (/^(---|\.\.\.|%)/.test(raw)) {
      continue;
    }
    const line = readLine(raw, indent, i + 1);
    const slip = misplaced(line, above, open, step) ?? misformed(line, above);
    if (slip !== undefined) {
      return slip;
    }
    if (isContinued(line, above)) {
      continue;
    }
    const outer = open.filter(({ column }) => column <= indent);
    const inner = line.levels.filter((column) => !outer.some((it) => it.column === column));
    open = [...outer, ...inner.map((column) => ({ column, line: line.number }))];
    scalarAbove = BLOCK_SCALAR.test(line.value) ? (line.levels.at(-1) ?? indent) : -1;
    unclosed = unclosedIn(line);
    above = line;
  }
  return unclosed === undefined ? undefined : notClosed(unclosed);
}

/** A column in which lines begin, and the first that did. */
interface Level {
  readonly column: number;
  readonly line: number;
}

/** By how many spaces most lines of a text are indented further than others. */
function stepOf(raws: readonly string[]): number {
  const indents = raws.map(indentOf).filter((it) => it > 0);
  return [4, 2, 3].find((step) => indents.filter((it) => it % step === 0).length > MOST * indents.length) ?? 1;
}
const MOST = 0.8;

/** A line whose indentation fits none of those above it. */
function misplaced(line: Line, above: Line | undefined, open: readonly Level[], step: number): Slip | undefined {
  if (above === undefined || line.levels.length === 0) {
    return undefined;
  }
  const { number, indent } = line;
  const deepest = above.levels.at(-1) ?? above.indent;
  // The one that is out of step is the wrong one: a first line may be, whose neighbours follow it.
  const follows = (column: number): boolean => column % step !== 0 && indent % step === 0;
  if (indent > deepest) {
    if (isOpen(above)) {
      return undefined;
    }
    return follows(deepest)
      ? outOfLine(above.number, deepest, indent)
      : {
          line: number,
          message: `this line is indented by ${spaces(indent)}, but line ${above.number} above it already has a value`,
          prose: `indent it by ${spaces(deepest)}, as line ${above.number}`,
        };
  }
  const distance = ({ column }: Level): number => Math.abs(column - indent);
  const [nearest] = [...open].sort((a, b) => distance(a) - distance(b) || b.column - a.column);
  if (nearest === undefined || nearest.column === indent) {
    return undefined;
  }
  return follows(nearest.column)
    ? outOfLine(nearest.line, nearest.column, indent)
    : outOfLine(number, indent, nearest.column);
}

const outOfLine = (line: number, indent: number, neighbours: number): Slip => ({
  line,
  message: `this line is indented by ${spaces(indent)}, its neighbours by ${neighbours}`,
  prose: `indent it by ${spaces(neighbours)}`,
});

const spaces = (count: number): string => (count === 1 ? "1 space" : `${count} spaces`);

/** A line that is no `KEY: VALUE` where one is due, or whose value cannot be written like that. */
function misformed(line: Line, above: Line | undefined): Slip | undefined {
  const { number, key, levels, rest, value } = line;
  if (key && !/^["'[{|>]/.test(value) && /:(\s|$)/.test(value)) {
    const message = "the value contains a colon and a space, as after a key";
    return { line: number, message, prose: "put the value in quotes" };
  }
  if (key || levels.length > 0 || isContinued(line, above) || /^[["'{*]/.test(rest)) {
    return undefined;
  }
  return /^[A-Za-z_][\w.-]*:\S/.test(rest)
    ? { line: number, message: "there is no space after the colon", prose: "write KEY: VALUE" }
    : { line: number, message: "this line has no colon", prose: "write KEY: VALUE, or KEY: above deeper lines" };
}

const notClosed = ({ line, closer }: Unclosed): Slip => ({
  line,
  message: `${isQuote(closer) ? "a quotation mark" : "a bracket"} is opened and not closed`,
  prose: `close it with ${closer}`,
});
