import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Alias, Document, Node, Pair, Scalar } from "yaml";
import type { ProblemCode } from "./codes.js";
import { HomelabError } from "./problem.js";
import type { Problem } from "./problem.js";
import type { Remedy } from "./remedy.js";
import { aliasWords, syntaxProblems } from "./syntax.js";

/** Where something is in a document: keys of mappings and positions in lists. */
export type Path = readonly (string | number)[];

/** One file that the homelab's owner wrote: its plain data, and where each part of it is. */
export interface Source {
  /** As the owner knows it: relative to the project's directory. */
  readonly file: string;
  /** The document as plain data; aliases and merge keys are resolved. */
  readonly data: unknown;
  /** A problem at a place in this file. A path that is not there is where its nearest ancestor is. */
  problem(path: Path, code: ProblemCode, message: string, ...remedies: readonly Remedy[]): Problem;
}

const TOO_MANY_ALIASES = 1000;

/**
 * Reads YAML text. Keys that appear twice, tabs as indentation, more than one document and whatever else is not YAML
 * 1.2 are problems; so is a file without content.
 *
 * @throws HomelabError with the syntax errors of the file
 */
export function parseSource(file: string, text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, strict: true });
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) {
    throw new HomelabError(syntaxProblems(file, text, errors, lines));
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    throw new HomelabError([fileProblem(file, "empty-file", "the file is empty")]);
  }
  return {
    file,
    data: plainData(document, file, lines),
    problem: (path, code, message, ...remedies) => ({
      code,
      file,
      line: lines.linePos(offsetOf(root, path)).line,
      path: formatPath(path),
      message,
      remedies,
    }),
  };
}

/** A problem of a file as a whole. */
export const fileProblem = (file: string, code: ProblemCode, message: string): Problem => ({
  code,
  file,
  line: 0,
  path: "",
  message,
  remedies: [],
});

/** Octal to some programs, or not written as it is passed on. */
const AMBIGUOUS_NUMBER = /^[-+]?0\d|[xoe]/i;

/** A zero byte ends the arguments of programs; what is no Unicode gets nowhere as it was. */
const IN_NO_PROGRAM = /\0|\p{Surrogate}/u;

/**
 * The document as plain data, unless it has an alias without an anchor, aliases that multiply without end, or a number
 * that others read otherwise.
 */
function plainData(document: Document, file: string, lines: LineCounter): unknown {
  const problems: Problem[] = [];
  const complain = (node: Node, code: ProblemCode, message: string, ...ways: readonly string[]): void => {
    const line = lines.linePos(node.range?.[0] ?? 0).line;
    problems.push({ code, file, line, path: "", message, remedies: ways.map((prose) => ({ prose })) });
  };
  forEachLeaf(document.contents, (leaf) => {
    if (isAlias(leaf)) {
      if (leaf.resolve(document) === undefined) {
        const [alias, text] = [`write &${leaf.source} before it`, `put the text in quotes: "*${leaf.source}"`];
        // An anchor has a plain name; a text such as *.example.org has not.
        const ways = /^[\w-]+$/.test(leaf.source) ? [alias, text] : [text];
        complain(leaf, "undefined-alias", `*${leaf.source} refers to no anchor`, ...ways);
      }
      return;
    }
    const { source, value } = leaf;
    if (typeof value === "string" && IN_NO_PROGRAM.test(value)) {
      complain(leaf, "malformed", "a zero byte or half of a character, which programs reject", "remove the escape");
    }
    if (typeof value !== "number" || source === undefined) {
      return;
    }
    if (AMBIGUOUS_NUMBER.test(source)) {
      const message = `${source} is ${value} here and another number to other programs`;
      complain(leaf, "ambiguous-number", message, `write "${source}"`);
    } else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      complain(leaf, "ambiguous-number", `${source} has more digits than a number can hold`, `write "${source}"`);
    }
  });
  if (problems.length > 0) {
    throw new HomelabError(problems);
  }
  try {
    return document.toJS({ maxAliasCount: TOO_MANY_ALIASES }) as unknown;
  } catch (error) {
    // A merge key without a mapping, or aliases that multiply without end.
    const [message, prose] = aliasWords(error instanceof Error ? error.message : String(error));
    throw new HomelabError([{ ...fileProblem(file, "invalid-yaml", message), remedies: [{ prose }] }]);
  }
}

/** As the library's own `visit`, which also keeps the path to each node: in all that took as long as reading the text. */
function forEachLeaf(node: unknown, look: (leaf: Scalar | Alias) => void): void {
  if (isPair(node)) {
    readMode(node);
    forEachLeaf(node.key, look);
    forEachLeaf(node.value, look);
  } else if (isCollection(node)) {
    node.items.forEach((item) => {
      forEachLeaf(item, look);
    });
  } else if (isScalar(node) || isAlias(node)) {
    look(node);
  }
}

/** A file's mode is octal to everybody who writes 0440, and to Compose; not to YAML 1.2. */
function readMode({ key, value }: Pair): void {
  const written = isScalar(key) && key.value === "mode" && isScalar(value) ? value.source : undefined;
  if (written !== undefined && isScalar(value) && typeof value.value === "number" && /^0o?[0-7]{3,4}$/.test(written)) {
    value.value = parseInt(written.replace("o", ""), 8);
    delete value.source;
  }
}

/** Where in the text the last part of the path is: the key for an entry of a mapping, else the value. */
function offsetOf(root: Node, path: Path): number {
  let node: unknown = root;
  let offset = root.range?.[0] ?? 0;
  for (const step of path) {
    if (isAlias(node)) {
      return offset;
    }
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find((item) => isPair(item) && keyOf(item) === String(step));
      if (pair === undefined) {
        return offset;
      }
      offset = rangeStart(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = rangeStart(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : String(pair.key));

function rangeStart(node: unknown): number | undefined {
  return typeof node === "object" && node !== null ? (node as Node).range?.[0] : undefined;
}

/** `hosts.pi5.ports[0]` for ["hosts", "pi5", "ports", 0]. */
export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`),
    "",
  );
}
