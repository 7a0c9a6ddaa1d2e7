// Property values as the engine sends them: JSON, plus secrets, unknowns, assets and archives,
// each marked on the wire by a magic string or key.
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const UNKNOWN_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A computed value is sent as one of these, by the type that it will have. */
const UNKNOWNS = new Set([
  UNKNOWN_WIRE,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

export class Unknown {
  readonly kind = "unknown";
}
export const UNKNOWN = new Unknown();

export class Secret {
  constructor(readonly value: Value) {}
}

/** An asset or archive: the engine has put the hash of the content in it. */
export class Blob {
  constructor(
    readonly kind: "asset" | "archive",
    readonly fields: { readonly [key: string]: Value },
  ) {}
  text(name: "path" | "text" | "uri" | "hash"): string {
    const value = this.fields[name];
    return typeof value === "string" ? value : "";
  }
}

export type Value = null | boolean | number | string | Unknown | Secret | Blob | readonly Value[] | Values;
export interface Values {
  readonly [key: string]: Value;
}

/** Array.isArray does not narrow to a readonly array. */
export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

export function isValues(value: Value | undefined): value is Values {
  return (
    typeof value === "object" &&
    value !== null &&
    !isList(value) &&
    !(value instanceof Unknown) &&
    !(value instanceof Secret) &&
    !(value instanceof Blob)
  );
}

export function decode(struct: Struct | undefined): Values {
  return struct ? decodeObject(struct.toJavaScript()) : {};
}

function decodeObject(object: { [key: string]: JavaScriptValue }): Values {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, decodeValue(value)]));
}

function decodeValue(value: JavaScriptValue): Value {
  if (typeof value === "string") {
    return UNKNOWNS.has(value) ? UNKNOWN : value;
  }
  if (Array.isArray(value)) {
    return value.map(decodeValue);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const object = value as { [key: string]: JavaScriptValue };
  const { [SIGNATURE]: signature, ...fields } = object;
  switch (signature) {
    case undefined:
      return decodeObject(object);
    case SECRET:
      return secret(decodeValue(fields["value"] ?? null));
    case ASSET:
      return new Blob("asset", decodeObject(fields));
    case ARCHIVE:
      return new Blob("archive", decodeObject(fields));
    default:
      throw new Error(`the engine sent a kind of value that this provider does not know: ${JSON.stringify(signature)}`);
  }
}

export function encode(values: Values): Struct {
  return Struct.fromJavaScript(encodeObject(values));
}

function encodeObject(values: Values): { [key: string]: JavaScriptValue } {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, encodeValue(value)]));
}

function encodeValue(value: Value): JavaScriptValue {
  if (value instanceof Unknown) {
    return UNKNOWN_WIRE;
  }
  if (value instanceof Secret) {
    return { [SIGNATURE]: SECRET, value: encodeValue(value.value) };
  }
  if (value instanceof Blob) {
    return {
      [SIGNATURE]: value.kind === "asset" ? ASSET : ARCHIVE,
      ...encodeObject(value.fields),
    };
  }
  if (isList(value)) {
    return value.map(encodeValue);
  }
  return isValues(value) ? encodeObject(value) : (value as JavaScriptValue);
}

/** Marks a value secret, once. An unknown stays a plain unknown. */
export function secret(value: Value): Value {
  return value instanceof Secret || value instanceof Unknown ? value : new Secret(value);
}

/** The value without its secret marks, for use and never for an answer to the engine. */
export function reveal(value: Value): Value {
  if (value instanceof Secret) {
    return reveal(value.value);
  }
  if (isList(value)) {
    return value.map(reveal);
  }
  return isValues(value) ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, reveal(v)])) : value;
}

export function containsUnknown(value: Value | undefined): boolean {
  if (value instanceof Unknown) {
    return true;
  }
  if (value instanceof Secret) {
    return containsUnknown(value.value);
  }
  if (isList(value)) {
    return value.some(containsUnknown);
  }
  return isValues(value) && Object.values(value).some(containsUnknown);
}

/** A secret never equals a plain value; blobs are equal when their contents are. */
export function equal(a: Value | undefined, b: Value | undefined): boolean {
  if (a instanceof Secret || b instanceof Secret) {
    return a instanceof Secret && b instanceof Secret && equal(a.value, b.value);
  }
  if (a instanceof Blob || b instanceof Blob) {
    return a instanceof Blob && b instanceof Blob && a.kind === b.kind && a.text("hash") === b.text("hash");
  }
  if (isList(a) || isList(b)) {
    return isList(a) && isList(b) && a.length === b.length && a.every((v, i) => equal(v, b[i]));
  }
  if (isValues(a) && isValues(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => equal(a[key], b[key]));
  }
  return a === b;
}

export type Change = "add" | "delete" | "update";

/** What changed, by property path. Objects and lists are entered; a secret is one thing. */
export function difference(olds: Values, news: Values): Map<string, Change> {
  const changes = new Map<string, Change>();
  const visit = (path: string, a: Value | undefined, b: Value | undefined): void => {
    if (equal(a, b)) {
      return;
    }
    if (a === undefined || a === null) {
      changes.set(path, "add");
    } else if (b === undefined || b === null) {
      changes.set(path, "delete");
    } else if (isValues(a) && isValues(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
        visit(join(path, key), a[key], b[key]);
      }
    } else if (isList(a) && isList(b)) {
      for (let i = 0; i < Math.max(a.length, b.length); i++) {
        visit(`${path}[${i}]`, a[i], b[i]);
      }
    } else {
      changes.set(path, "update");
    }
  };
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    visit(join("", key), olds[key], news[key]);
  }
  return changes;
}

function join(path: string, key: string): string {
  if (!/^[^."[\]\s]+$/.test(key)) {
    return `${path}[${JSON.stringify(key)}]`;
  }
  return path === "" ? key : `${path}.${key}`;
}
