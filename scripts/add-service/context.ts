import { isAlias, isMap, isNode, isScalar, isSeq } from "yaml";
import type { Document, Node, Pair, Scalar, YAMLMap } from "yaml";

/** What is at a path relative to the Compose file that is taken over. */
export type Found =
  | { readonly kind: "file"; readonly text: string; readonly executable: boolean }
  | { readonly kind: "binary" | "directory" | "missing" };

/** Something that was changed, or that the owner has to do, with its line in the file that is taken over. */
export interface Note {
  readonly line: number;
  readonly text: string;
}

/** A Compose file while it is being rewritten. */
export interface Context {
  /** Name of the stack, for commands that the owner may run. */
  readonly stack: string;
  readonly document: Document;
  /** Name of the file that is taken over, without its directory. */
  readonly file: string;
  /** Name of the project. */
  readonly name: string;
  /** Who may reach the ports that do not say; empty to leave that to be stated. */
  readonly audience: readonly string[];
  readonly look: (path: string) => Found;
  /** What the file's directory is called, if that is known. */
  readonly directory: string | undefined;
  readonly lineOf: (node: unknown) => number;
  /** What was done. */
  readonly changed: Note[];
  /** What the owner has to do. */
  readonly todo: Note[];
  /** What only the owner can say: audiences and tags. */
  readonly unstated: Note[];
  /** Files to put beside the new Compose file, by their path from it. */
  readonly files: Map<string, string>;
  /** Values of variables that were in the .env beside the file, by name. */
  readonly values: Map<string, string>;
  /** Directories with data beside the file: for each path from there, what it is on the host. */
  readonly data: Map<string, string>;
  /** Names of containers that the .env switches on, by a profile. */
  readonly on: string[];
  /** Secrets that values were turned into: for each value the name. */
  readonly secrets: Map<string, string>;
}

export const isText = (node: unknown): node is Scalar<string> => isScalar(node) && typeof node.value === "string";

/** A key as it is written; a merge key is a symbol to the reader of YAML. */
export function keyOf({ key }: Pair): string {
  const value: unknown = isScalar(key) ? key.value : key;
  return typeof value === "symbol" ? (value.description ?? "") : String(value);
}

/** The entry of a mapping with that key. */
export const entry = (map: YAMLMap, key: string): Pair | undefined => map.items.find((it) => keyOf(it) === key);

/** The value of a key if it is a mapping. */
export function mapAt(map: YAMLMap, key: string): YAMLMap | undefined {
  const value: unknown = map.get(key, true);
  return isMap(value) ? value : undefined;
}

/** The items of a key if it is a list. */
export function listAt(map: YAMLMap, key: string): unknown[] {
  const value: unknown = map.get(key, true);
  return isSeq(value) ? value.items : [];
}

/** Entries of the document's root mapping under a key, as name and mapping. */
export function sections({ document }: Context, key: string): [string, Pair][] {
  const section: unknown = document.get(key, true);
  return isMap(section) ? section.items.map((pair) => [keyOf(pair), pair]) : [];
}

/** A mapping of the root, made if it is not there. */
export function rootMap({ document }: Context, key: string): YAMLMap {
  const there: unknown = document.get(key, true);
  if (isMap(there)) {
    return there;
  }
  const made = document.createNode({}) as YAMLMap;
  document.set(key, made);
  return made;
}

/** Removes a key of a mapping, and says so. */
export function drop(context: Context, map: YAMLMap, key: string, why: string): void {
  const pair = entry(map, key);
  if (pair !== undefined) {
    context.changed.push({ line: context.lineOf(pair.key), text: `${key}: removed, ${why}` });
    map.delete(key);
  }
}

/**
 * Makes what a service has from an anchor, by a merge key or as a whole, its own, so that it can be changed there: what
 * the service then says counts instead of what is merged in.
 */
export function adopt({ document }: Context, map: YAMLMap, key: string): void {
  const own = entry(map, key);
  const value: unknown = own === undefined ? merged(document, map, key) : own.value;
  const node: unknown = isAlias(value) ? value.resolve(document) : value;
  if (isNode(node) && node !== own?.value) {
    const copy = node.clone() as Node & { anchor?: string };
    delete copy.anchor;
    map.set(key, copy);
  }
}

/** Makes all that a merge key brings the mapping's own. */
export function adoptAll(context: Context, map: YAMLMap): void {
  const value: unknown = entry(map, "<<")?.value;
  for (const alias of isSeq(value) ? value.items : [value]) {
    const source: unknown = isAlias(alias) ? alias.resolve(context.document) : alias;
    if (isMap(source)) {
      source.items.map(keyOf).forEach((key) => {
        if (entry(map, key) === undefined && key !== "<<") {
          adopt(context, map, key);
        }
      });
    }
  }
  map.items = map.items.filter((it) => keyOf(it) !== "<<");
}

/** What a merge key brings for a key. */
export function merged(document: Document, map: YAMLMap, key: string): unknown {
  const value: unknown = entry(map, "<<")?.value;
  for (const alias of isSeq(value) ? value.items : [value]) {
    const source: unknown = isAlias(alias) ? alias.resolve(document) : alias;
    if (isMap(source)) {
      const found: unknown = source.get(key, true) ?? merged(document, source, key);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}

/** The comments of one node, handed to another that takes its place. */
export function keepComments(from: unknown, to: Node): void {
  const { comment, commentBefore, spaceBefore } = from as Partial<Node>;
  Object.assign(to, { ...(comment && { comment }), ...(commentBefore && { commentBefore }) });
  if (spaceBefore === true) {
    to.spaceBefore = true;
  }
}
