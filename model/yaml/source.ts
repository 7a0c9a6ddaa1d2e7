import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { Alias, Document, Node, Pair, Scalar } from "yaml";
import type { ProblemCode } from "./codes.js";
import { HomelabError } from "./problem.js";
import type { Problem } from "./problem.js";
import { isTextHereAlone, isWrittenOtherwise, numberElsewhere } from "./other-readers.js";
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
  const { source, flaws } = readSource(file, text);
  if (flaws.length > 0) {
    throw new HomelabError(flaws);
  }
  return source;
}

/** YAML text that was read, if only to find what else is wrong with it. */
export interface ReadSource {
  readonly source: Source;
  /** Mistakes that leave the rest of the file as it is: a key that appears twice, a number that others read otherwise. */
  readonly flaws: readonly Problem[];
}

/** What the `yaml` package reads past, in the way in which the owner may have meant it: the last of two, the first document. */
const READ_PAST: ReadonlySet<string> = new Set(["DUPLICATE_KEY", "MULTIPLE_DOCS"]);

/**
 * Reads YAML text as parseSource does, past such mistakes as hide nothing else.
 *
 * @throws HomelabError with the syntax errors of a file that says nothing for certain
 */
export function readSource(file: string, text: string): ReadSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, strict: true });
  const errors = [...document.errors, ...document.warnings];
  const syntax = errors.length === 0 ? [] : syntaxProblems(file, text, errors, lines);
  if (errors.some(({ code }) => !READ_PAST.has(code))) {
    throw new HomelabError(syntax);
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    throw new HomelabError([...syntax, fileProblem(file, "empty-file", "the file is empty")]);
  }
  const { data, problems } = plainData(document, file, lines);
  return {
    source: {
      file,
      data,
      problem: (path, code, message, ...remedies) => ({
        code,
        file,
        line: lines.linePos(offsetOf(root, path)).line,
        path: formatPath(path),
        message,
        remedies,
      }),
    },
    flaws: [...syntax, ...problems],
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
 * The document as plain data, and what in it others would read otherwise.
 *
 * @throws HomelabError for an alias without an anchor, or aliases that multiply without end
 */
function plainData(
  document: Document,
  file: string,
  lines: LineCounter,
): { readonly data: unknown; readonly problems: readonly Problem[] } {
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
    if (typeof value === "string" && leaf.type === "PLAIN" && isTextHereAlone(value)) {
      const number = numberElsewhere(value);
      const message = `${value} is text here and ${number === undefined ? "a date" : String(number)} to other programs`;
      const ways = number === undefined ? [] : [`write ${number} if a number is meant`];
      complain(leaf, "ambiguous-number", message, `write "${value}"`, ...ways);
      return;
    }
    if (typeof value !== "number" || source === undefined) {
      return;
    }
    if (AMBIGUOUS_NUMBER.test(source)) {
      const message = `${source} is ${value} here and another number to other programs`;
      const number = `write ${numberElsewhere(source) ?? value} if a number is meant`;
      complain(leaf, "ambiguous-number", message, `write "${source}"`, number);
    } else if (isWrittenOtherwise(source, value)) {
      const message = `other programs write ${source} in another form where it is passed on as text`;
      complain(leaf, "ambiguous-number", message, `write "${source}"`);
    } else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      complain(leaf, "ambiguous-number", `${source} has more digits than a number can hold`, `write "${source}"`);
    }
  });
  if (problems.some(({ code }) => code === "undefined-alias")) {
    throw new HomelabError(problems); // what the alias was to bring is not there
  }
  try {
    return { data: document.toJS({ maxAliasCount: TOO_MANY_ALIASES }) as unknown, problems };
  } catch (error) {
    // A merge key without a mapping, or aliases that multiply without end.
    const [message, prose] = aliasWords(error instanceof Error ? error.message : String(error));
    const line = lineOfMerge(document, lines);
    throw new HomelabError([{ ...fileProblem(file, "invalid-yaml", message), line, remedies: [{ prose }] }]);
  }
}

/** Of the first merge key that has something else than mappings; 0 if there is none. */
function lineOfMerge(document: Document, lines: LineCounter): number {
  const isMapping = (node: unknown): boolean => isMap(isAlias(node) ? node.resolve(document) : node);
  let line = 0;
  visit(document, {
    Pair: (_, { key, value }) => {
      const sources: readonly unknown[] = isSeq(value) ? value.items : [value];
      if (!isScalar(key) || key.source !== "<<" || sources.every(isMapping)) {
        return undefined;
      }
      line = lines.linePos(key.range?.[0] ?? 0).line;
      return visit.BREAK;
    },
  });
  return line;
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
export function readMode({ key, value }: Pair): void {
  const written = isScalar(key) && key.value === "mode" && isScalar(value) ? value.source : undefined;
  if (written !== undefined && isScalar(value) && typeof value.value === "number" && /^0o?[0-7]{3,4}$/.test(written)) {
    value.value = parseInt(written.replace("o", ""), 8);
    value.format = "OCT"; // for whoever writes the document again
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
      const pair: Pair | undefined = node.items.findLast((item) => isPair(item) && keyOf(item) === String(step));
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
