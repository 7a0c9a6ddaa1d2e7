import { posix } from "node:path";
import { isMap, isScalar, isSeq } from "yaml";
import type { Document, YAMLMap } from "yaml";
import { networksOf } from "./aliases.js";
import { isText } from "./context.js";

// How Compose puts together two services: values of the one win, and its lists are added to those of the other.

export type Plain = Readonly<Record<string, unknown>>;

/** Lists that take the place of those of the service that is extended. */
const REPLACED = new Set(["command", "entrypoint"]);
/** Lists whose entries are known by a name, and may be mappings as well. */
const BY_NAME = new Set(["environment", "labels", "sysctls", "extra_hosts", "annotations"]);
/** Lists whose entries are known by what they are in the container. */
const BY_TARGET = new Set(["volumes", "devices"]);

/** Adds to a mapping what it does not say itself. */
export function addTo(document: Document, map: YAMLMap, key: string, value: unknown): void {
  const own: unknown = map.get(key, true);
  if (own === undefined || (isScalar(own) && own.value === null)) {
    map.set(key, document.createNode(value));
  } else if (key === "networks" || key === "depends_on") {
    addNames(document, map, key, value);
  } else if (isSeq(own) || (isMap(own) && Array.isArray(value))) {
    addEntries(document, map, key, value);
  } else if (isMap(own) && isPlain(value) && !(key === "logging" && own.get("driver") !== value["driver"])) {
    Object.entries(value)
      .filter(([inner]) => !(key === "healthcheck" && inner === "test" && own.has("test")))
      .forEach(([inner, it]) => {
        addTo(document, own, inner, it);
      });
  } else if (isText(own) && Array.isArray(value) && !REPLACED.has(key) && key !== "test") {
    map.set(key, document.createNode([...(value as unknown[]).filter((it) => it !== own.value), own.value]));
  }
}

const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Names in a list, or with more to say of each. */
export function addNames(document: Document, map: YAMLMap, key: string, value: unknown): void {
  const own: unknown = map.get(key, true);
  const names: Plain = Array.isArray(value)
    ? Object.fromEntries(value.map((it) => [String(it), null]))
    : isPlain(value)
      ? value
      : {};
  if (isSeq(own) && Object.values(names).every((it) => it === null)) {
    const known = networksOf(own);
    own.items.unshift(
      ...Object.keys(names)
        .filter((it) => !known.includes(it))
        .map((it) => document.createNode(it)),
    );
    return;
  }
  const none = key === "networks" ? null : { condition: "service_started" };
  const mine = isSeq(own)
    ? (document.createNode(Object.fromEntries(networksOf(own).map((it) => [it, none]))) as YAMLMap)
    : own;
  if (isMap(mine)) {
    Object.entries(names).forEach(([name, it]) => {
      if (!mine.has(name) || it !== null) {
        addTo(document, mine, name, it ?? none);
      }
    });
    map.set(key, mine);
  }
}

/** Entries of a list that the service's own do not replace, ahead of those. */
function addEntries(document: Document, map: YAMLMap, key: string, value: unknown): void {
  const own: unknown = map.get(key, true);
  if (REPLACED.has(key) || key === "test") {
    return;
  }
  if (isMap(own)) {
    for (const text of Array.isArray(value) ? value.map(String) : []) {
      const [name = "", ...rest] = text.split(/[=:](.*)/s);
      if (!own.has(name)) {
        own.set(name, document.createNode(rest[0] ?? null));
      }
    }
    return;
  }
  if (!isSeq(own)) {
    return;
  }
  const known = new Set(own.items.map((it) => nameOf(key, isMap(it) ? it.toJSON() : isScalar(it) ? it.value : it)));
  const entries: unknown[] = Array.isArray(value)
    ? value
    : isPlain(value)
      ? Object.entries(value).map(([name, it]) => (it === null ? name : `${name}=${it as string}`))
      : [value];
  own.items.unshift(...entries.filter((it) => !known.has(nameOf(key, it))).map((it) => document.createNode(it)));
}

/** By what two entries of a list are one. */
function nameOf(key: string, item: unknown): string {
  if (BY_NAME.has(key) && typeof item === "string") {
    return item.split(/[=:]/)[0] ?? item;
  }
  if (BY_TARGET.has(key)) {
    const [first = "", second = first] = typeof item === "string" ? item.replace(/\$\{[^}]*\}/g, "$").split(":") : [];
    return isPlain(item) ? String(item["target"]) : posix.normalize(second);
  }
  return JSON.stringify(item);
}
