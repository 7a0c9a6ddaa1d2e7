/** A text that is known when the program starts, or one with secrets in it, of which only the names are known. */
export type Text = string | SecretText;

/** Text with holes for secrets, in order. */
export class SecretText {
  constructor(readonly parts: readonly (string | SecretName)[]) {}

  /** The same with something before it. */
  after(prefix: string): SecretText {
    return new SecretText([prefix, ...this.parts]);
  }

  /** The names of the secrets in it. */
  get names(): string[] {
    return this.parts.flatMap((part) => (typeof part === "string" ? [] : [part.secret]));
  }
}

/** Stands for the value of a secret of the stack's configuration. */
export interface SecretName {
  readonly secret: string;
  /**
   * It stands between the quotation marks of a JSON text.
   * @default false
   */
  readonly json?: boolean;
}

/** The text with the values of its secrets put in. */
export function fillIn(text: Text, valueOf: (secret: string) => string): string {
  return typeof text === "string"
    ? text
    : text.parts.map((part) => (typeof part === "string" ? part : encoded(part, valueOf(part.secret)))).join("");
}

const encoded = ({ json = false }: SecretName, value: string): string =>
  json ? JSON.stringify(value).slice(1, -1) : value;

const HOLE = Symbol("secret");

/** A string of a JSON document that is the value of a secret. */
interface SecretString {
  readonly [HOLE]: string;
}

/** The value of a secret of the stack's configuration, as a string of a document for `jsonText`. */
export const secret = (name: string): SecretString => ({ [HOLE]: name });

/** Plain data, and secrets among its strings. */
export type Json =
  string | number | boolean | null | SecretString | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A JSON document, indented as by `JSON.stringify(value, undefined, 2)`, in which the values of secrets are holes. */
export function jsonText(value: Json): Text {
  const parts = partsOf(value, "\n");
  return parts.every((part) => typeof part === "string") ? parts.join("") : new SecretText(parts);
}

/** @param lineBreak with the indentation of the line that the value begins on */
function partsOf(value: Json, lineBreak: string): (string | SecretName)[] {
  if (typeof value !== "object" || value === null) {
    return [JSON.stringify(value)];
  }
  if (isSecret(value)) {
    return ['"', { secret: value[HOLE], json: true }, '"'];
  }
  const inner = `${lineBreak}  `;
  const items = isList(value)
    ? value.map((item) => partsOf(item, inner))
    : Object.entries(value).flatMap(([key, item]) =>
        item === undefined ? [] : [[`${JSON.stringify(key)}: `, ...partsOf(item, inner)]],
      );
  const [open, close] = isList(value) ? ["[", "]"] : ["{", "}"];
  return items.length === 0
    ? [open + close]
    : [open, ...items.flatMap((item, i) => [i === 0 ? inner : `,${inner}`, ...item]), lineBreak + close];
}

const isSecret = (value: object): value is SecretString => HOLE in value;
const isList = (value: object): value is readonly Json[] => Array.isArray(value);
