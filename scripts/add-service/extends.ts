import { posix } from "node:path";
import { isNode, parseDocument, visit } from "yaml";
import type { Document, YAMLMap } from "yaml";
import { parseSource, readMode } from "../../model/yaml/source.js";
import { adopt, entry } from "./context.js";
import type { Context } from "./context.js";
import { addTo } from "./merge.js";
import type { Plain } from "./merge.js";

/** Longer chains of extends lead in a circle, or nobody reads them. */
const LONGEST_CHAIN = 10;
/**
 * Puts into a service what it extends, of this file or of another one beside it, as Compose does: values of its own win, and
 * lists are added to. What cannot be found stays, and the check refuses it.
 */
export function inlineExtends(context: Context, name: string, service: YAMLMap): void {
  const pair = entry(service, "extends");
  if (pair === undefined) {
    return;
  }
  const { file, service: wanted } = targetOf(isNode(pair.value) ? pair.value.toJS(context.document) : pair.value);
  const line = context.lineOf(pair.key);
  const base = wanted === undefined ? undefined : baseOf(context, file, wanted);
  const where = file === undefined ? "" : ` of ${file}`;
  if (base === undefined) {
    const text = `${name}: extends: there is no service ${String(wanted)}${where} here; write what it says into ${name}, and remove extends:`;
    context.todo.push({ line, text });
    return;
  }
  service.delete("extends");
  for (const [key, value] of Object.entries(base)) {
    adopt(context, service, key);
    addTo(context.document, service, key, value);
  }
  context.changed.push({ line, text: `${name}: extends: what ${String(wanted)}${where} says is here now` });
}

/** The service's name alone, or with a file. */
function targetOf(written: unknown): { readonly file?: string; readonly service?: string } {
  if (typeof written === "string") {
    return { service: written };
  }
  const { file, service } = (written ?? {}) as Plain;
  return {
    ...(typeof file === "string" && { file }),
    ...(typeof service === "string" && { service }),
  };
}

/** What a service says in the end, with what it extends in turn; undefined if it is not there, or its paths lead elsewhere. */
function baseOf(context: Context, file: string | undefined, name: string, chain = 0): Plain | undefined {
  const document = file === undefined ? context.document : documentAt(context, file);
  const service: unknown = (document?.toJS() as { services?: Readonly<Record<string, unknown>> } | null | undefined)
    ?.services?.[name];
  if (document === undefined || typeof service !== "object" || service === null || chain > LONGEST_CHAIN) {
    return undefined;
  }
  const { extends: further, ...own } = service as Plain;
  if (further === undefined) {
    return own;
  }
  const next = targetOf(further);
  const base = next.service === undefined ? undefined : baseOf(context, next.file ?? file, next.service, chain + 1);
  if (base === undefined) {
    return undefined;
  }
  const both = document.createNode(own) as YAMLMap;
  Object.entries(base).forEach(([key, value]) => {
    addTo(document, both, key, value);
  });
  return both.toJSON() as Plain;
}

/** A file in the same directory; from another one, its relative paths would mean something else. */
function documentAt({ look }: Context, file: string): Document | undefined {
  const found = posix.dirname(posix.normalize(file)) === "." ? look(file) : undefined;
  if (found?.kind !== "file") {
    return undefined;
  }
  parseSource(file, found.text);
  const document = parseDocument(found.text, { merge: true });
  visit(document, {
    Pair: (_, pair) => {
      readMode(pair);
    },
  });
  return document;
}
