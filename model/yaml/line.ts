// The lines of a YAML text as their author sees them, whether or not the text is YAML.

/** One line that has content, and where its levels begin. */
export interface Line {
  readonly number: number;
  /** Columns before its first character. */
  readonly indent: number;
  /** Columns of its dashes and of its key, as in 2 and 4 for "  - name: x". */
  readonly levels: readonly number[];
  /** Behind the dashes. */
  readonly rest: string;
  readonly key: boolean;
  /** What follows the key; empty where deeper lines may follow. */
  readonly value: string;
}

const KEY = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#"'[\]{},&*!|>%@`-][^#]*?|-[^\s#][^#]*?)\s*:(?=\s|$)/;
/** What may follow a key without being its value: an anchor, a tag. */
const PROPERTIES = /^(?:[&!]\S*\s*)+/;
export const BLOCK_SCALAR = /^[|>][-+\d]*\s*(#.*)?$/;

/** A quotation mark or a bracket that its line opens and does not close. */
export interface Unclosed {
  readonly line: number;
  readonly closer: string;
  /** Of brackets: how many are open. */
  readonly depth: number;
}

export const indentOf = (raw: string): number => /^ */.exec(raw)?.[0].length ?? 0;

/** Takes a line with content apart. */
export function readLine(raw: string, indent: number, number: number): Line {
  const levels: number[] = [];
  let rest = raw.slice(indent);
  let column = indent;
  for (let dash = /^-(\s+|$)/.exec(rest); dash !== null; dash = /^-(\s+|$)/.exec(rest)) {
    levels.push(column);
    column += dash[0].length;
    rest = rest.slice(dash[0].length);
  }
  const [key] = KEY.exec(rest) ?? [];
  if (key !== undefined) {
    levels.push(column);
  }
  const behind = key === undefined ? rest : rest.slice(key.length);
  const value = withoutComment(behind.trim()).replace(PROPERTIES, "");
  return { number, indent, levels, rest, key: key !== undefined, value };
}

const withoutComment = (text: string): string => (text.startsWith("#") ? "" : text.replace(/\s+#.*$/, ""));

/** Can deeper lines belong to this one? */
export const isOpen = ({ key, value, levels }: Line): boolean => value === "" && (key || levels.length > 0);

/** A further line of a plain value. */
export const isContinued = (line: Line, above: Line | undefined): boolean =>
  above !== undefined && line.levels.length === 0 && line.indent > above.indent && !isOpen(above);

const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/g;

/** What the value of a line leaves open at its end. */
export function unclosedIn({ number, value }: Line): Unclosed | undefined {
  const first = value.charAt(0);
  if (first === '"' || first === "'") {
    const closed = first === '"' ? /^"(?:[^"\\]|\\.)*"/ : /^'(?:[^']|'')*'/;
    return closed.test(value) ? undefined : { line: number, closer: first, depth: 1 };
  }
  return first === "[" || first === "{"
    ? stillUnclosed(value, { line: number, closer: first === "[" ? "]" : "}", depth: 0 })
    : undefined;
}

/** The same at the end of a further line. */
export function stillUnclosed(raw: string, unclosed: Unclosed): Unclosed | undefined {
  if (isQuote(unclosed.closer)) {
    return raw.includes(unclosed.closer) ? undefined : unclosed;
  }
  const plain = withoutComment(raw.replace(QUOTED, "").replace(/\$\{[^}]*\}/g, ""));
  const count = (brackets: RegExp): number => plain.match(brackets)?.length ?? 0;
  const depth = unclosed.depth + count(/[[{]/g) - count(/[\]}]/g);
  return depth > 0 ? { ...unclosed, depth } : undefined;
}

export const isQuote = (closer: string): boolean => closer === '"' || closer === "'";
