import { isMap, isSeq, parseDocument } from "yaml";
import type { Document } from "yaml";
import type { Problem } from "../../model/yaml/problem.js";
import type { Remedy } from "../../model/yaml/remedy.js";

// Does what a hint says, to the letter, knowing only the form of hints.

/** Files by their path from the project's directory. */
export type Files = Readonly<Record<string, string>>;
export const STACK = "Pulumi.test.yaml";

/** `a.b[0].c`, taken apart. */
const steps = (path: string): (string | number)[] =>
  [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key = ""]) => (index === undefined ? key : Number(index)));

/** What takes the place of what is there: `KEY: VALUE` of the same or of a new key, or the value itself. */
function write(document: Document, path: readonly (string | number)[], text: string): void {
  const [, literal = text, place] = /^(.*[^ ]) in (\w+)$/.exec(text) ?? [];
  const value: unknown = parseDocument(literal).toJS();
  const [key, inner] =
    typeof value === "object" && value !== null && !Array.isArray(value) && !literal.startsWith("{")
      ? (Object.entries(value)[0] ?? [])
      : [];
  if (key === undefined) {
    document.setIn(path, document.createNode(value));
    return;
  }
  const named = path.lastIndexOf(key);
  const at =
    place === undefined
      ? named >= 0
        ? path.slice(0, named)
        : isMap(document.getIn(path)) && path.length > 2
          ? path
          : path.slice(0, 2)
      : place === "depends_on"
        ? [...path.slice(0, 2), place]
        : ["services", place];
  const there: unknown = document.getIn(at);
  if (isSeq(there)) {
    const names = there.items.map((it) => [String(it), { condition: "service_started" }] as const);
    document.setIn(at, document.createNode(Object.fromEntries(names)));
  }
  document.setIn([...at, key], document.createNode(inner));
}

/** Words that say what to write, and not the text itself. */
const IN_WORDS = /^(a|an|it|the|another|one|its|each|number|free|&|names?)\b|^&| at the /;

/** The files once a remedy was followed; undefined for what only the owner can decide. */
export function follow(
  files: Files,
  { code, file, path, message }: Problem,
  { prose = "", command }: Remedy,
): Files | undefined {
  const document = parseDocument(files[file] ?? "");
  const at = steps(path);
  const set = /--path '?homelab:(\S+?)'? (\S+)$/.exec(command ?? "");
  const setSecret = /--secret --path '?homelab:(\S+?)'?$/.exec(command ?? "");
  if (set !== null || setSecret !== null) {
    const config = parseDocument(files[STACK] ?? "");
    const [, key = "", value = ""] = set ?? setSecret ?? [];
    const [first, ...rest] = steps(key);
    config.setIn(
      ["config", `homelab:${first ?? ""}`, ...rest],
      config.createNode(set === null ? { secure: "v1:x" } : value),
    );
    return { ...files, [STACK]: config.toString() };
  }
  if (/^homelab:services: |homelab:services: \{/.test(prose)) {
    const config = parseDocument(files[STACK] ?? "");
    const [, switches = ""] = /homelab:services: (\{.*\})/.exec(prose) ?? [];
    config.setIn(["config", "homelab:services"], config.createNode(parseDocument(switches).toJS()));
    return { ...files, [STACK]: config.toString() };
  }
  const written = /^write (?:`)?(\S.*?)(?: in place of (\w+):| with its ports| if nobody.*| for the \w+, or .*)?$/.exec(
    prose,
  );
  if (code === "unknown-key" && written !== null) {
    const [, key = ""] = /^"(.*)"$/.exec(written[1] ?? "") ?? [];
    document.setIn([...at.slice(0, -1), key], document.getIn(at, true));
    document.deleteIn(at);
  } else if (/^remove\b/.test(prose) || (prose === "" && /remove (it|them)$/.test(message))) {
    document.deleteIn(at);
    const parent: unknown = document.getIn(at.slice(0, -1));
    if (isMap(parent) && parent.items.length === 0 && at.length > 3) {
      document.deleteIn(at.slice(0, -1));
    } else if (isSeq(parent) && parent.items.length === 0) {
      document.deleteIn(at.slice(0, -1));
    }
  } else if (written !== null && !isInWords(written[1] ?? "")) {
    write(document, at, written[1] ?? "");
    if (written[2] !== undefined) {
      document.deleteIn([...at.slice(0, 2), written[2]]);
    }
  } else {
    return undefined;
  }
  return { ...files, [file]: document.toString() };
}

/** Capitals are for what the owner knows. */
const isInWords = (text: string): boolean =>
  IN_WORDS.test(text) || text.includes("${NAME}") || /\b[A-Z]{4,}\b/.test(text.replace(/\$\{\w+\}|CAP_\w+/g, ""));
