import { findNodeAtLocation } from "jsonc-parser";
import type { Node } from "jsonc-parser";
import { readPolicy } from "./read.js";
import { digestOf, sectionsOf } from "./text.js";
import type { Section } from "./text.js";
import type { TailnetModel } from "./types.js";

// The homelab's part of a policy file lies between marks, with a digest of what lies there: so it can be told from what is
// somebody else's, which stays as it is, and an edit in it is seen.

const BEGIN = "// homelab";
const END = "// homelab end";
const NOTE = "derived from the homelab's declaration; change it there. An edit here is reported, not overwritten.";

/** A marked part with the line break before it and that after it. */
const MARKED =
  /\n[ \t]*\/\/ homelab ([0-9a-f]{12})\b[^\n]*\n((?:(?![ \t]*\/\/ homelab end\n)[^\n]*\n)*)[ \t]*\/\/ homelab end\n/g;

/** A policy file that says nothing of its own. */
export const NOTHING = "{}\n";

/** A policy file taken apart. */
export interface Taken {
  /** What is somebody else's, byte for byte. */
  readonly rest: string;
  /** It has a part of the homelab's. */
  readonly marked: boolean;
  /** Nobody edited that part. */
  readonly intact: boolean;
}

/** Takes the homelab's part out of a policy file. */
export function takeOut(text: string): Taken {
  const blocks = [...text.matchAll(MARKED)];
  return {
    rest: text.replaceAll(MARKED, ""),
    marked: blocks.length > 0,
    intact: blocks.every(([, digest, content = ""]) => digestOf(content) === digest),
  };
}

/** A policy file, or why there can be none. */
export type Composed =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "broken"; readonly line: number; readonly why: string }
  /** Somebody else's part says something of the same name. */
  | { readonly kind: "conflict"; readonly section: string; readonly key: string; readonly line: number };

/**
 * Puts the homelab's part into a policy file.
 *
 * @param rest what is somebody else's, without marks
 */
export function compose(model: TailnetModel, rest: string): Composed {
  const read = readPolicy(rest);
  if (read.kind === "broken") {
    return read;
  }
  const { root } = read;
  const inserts: { readonly offset: number; readonly text: string }[] = [];
  const missing: string[] = [];
  for (const section of sectionsOf(model)) {
    const node = findNodeAtLocation(root, [section.name]);
    const conflict = node && conflictIn(node, section);
    if (node === undefined) {
      const [open, close] = section.kind === "object" ? "{}" : "[]";
      missing.push(`"${section.name}": ${open ?? ""}`, ...section.lines.map((it) => `  ${it}`), `${close ?? ""},`);
    } else if (conflict !== undefined) {
      const line = rest.slice(0, conflict.offset).split("\n").length;
      return { kind: "conflict", section: section.name, key: String(conflict.value), line };
    } else {
      inserts.push({ offset: node.offset + 1, text: block("    ", section.lines) });
    }
  }
  const replaced = model.overwrite === undefined ? [] : [`// It replaced the policy ${model.overwrite}.`];
  const own = [...replaced, ...missing];
  inserts.push({ offset: root.offset + 1, text: own.length === 0 ? "" : block("  ", own) });
  const text = inserts
    .sort((a, b) => b.offset - a.offset)
    .reduce((sofar, { offset, text: more }) => sofar.slice(0, offset) + more + sofar.slice(offset), rest);
  return { kind: "text", text };
}

function block(indent: string, lines: readonly string[]): string {
  const content = lines.map((line) => `${indent}${line}\n`).join("");
  return `\n${indent}${BEGIN} ${digestOf(content)}: ${NOTE}\n${content}${indent}${END}\n`;
}

/** The key of an object that is there already. */
function conflictIn(node: Node, { kind, lines }: Section): Node | undefined {
  const own = new Set(lines.flatMap((line) => /^"([^"]+)":/.exec(line)?.[1] ?? []));
  return kind === "list"
    ? undefined
    : (node.children ?? []).flatMap(({ children: [key] = [] }) =>
        key !== undefined && own.has(String(key.value)) ? [key] : [],
      )[0];
}
