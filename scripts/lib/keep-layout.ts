import { parseDocument } from "yaml";
import type { Document, ToStringOptions } from "yaml";

/**
 * The text of a YAML document that was changed, in which every line that says the same as before stays as its owner
 * wrote it: the yaml package prints a document in a layout of its own, such as blanks inside of brackets, and its syntax
 * tree (CST), which keeps the layout, has no operation that adds an entry.
 *
 * @param text from which the document was parsed
 */
export function keepLayout(text: string, document: Document, options: ToStringOptions = {}): string {
  const style = { lineWidth: 0, ...options };
  const own = text.split("\n");
  const before = parseDocument(text).toString(style).split("\n");
  const after = document.toString(style).split("\n");
  if (before.length !== own.length) {
    return after.join("\n");
  }
  if (after.length === before.length) {
    return after.map((line, i) => (line === before[i] ? (own[i] ?? line) : line)).join("\n");
  }
  const shorter = Math.min(before.length, after.length);
  const head = sameLines(before, after, shorter);
  const tail = sameLines([...before].reverse(), [...after].reverse(), shorter - head);
  return [...own.slice(0, head), ...after.slice(head, after.length - tail), ...own.slice(own.length - tail)].join("\n");
}

/** How many lines are the same from the start on, at most so many. */
function sameLines(some: readonly string[], others: readonly string[], most: number): number {
  const different = some.slice(0, most).findIndex((line, i) => line !== others[i]);
  return different === -1 ? most : different;
}
