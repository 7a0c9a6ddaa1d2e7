import { diffArrays } from "diff";
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
  let line = 0;
  const kept = diffArrays(before, after).flatMap(({ added, removed, value, count }) => {
    const from = line;
    line += added ? 0 : count;
    return added ? value : removed ? [] : own.slice(from, line);
  });
  return kept.join("\n");
}
