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

/** In place of the value of a secret of the stack's configuration. */
export interface SecretName {
  readonly secret: string;
  /**
   * It is between the quotation marks of a JSON text.
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
  const parts: (string | SecretName)[] = [];
  write(value, "\n", parts);
  return parts.every((part) => typeof part === "string") ? parts.join("") : new SecretText(parts);
}

/** @param lineBreak with the indentation of the line that the value begins on */
function write(value: Json, lineBreak: string, parts: (string | SecretName)[]): void {
  if (typeof value !== "object" || value === null) {
    parts.push(JSON.stringify(value));
    return;
  }
  if (isSecret(value)) {
    parts.push('"', { secret: value[HOLE], json: true }, '"');
    return;
  }
  const inner = `${lineBreak}  `;
  let separator = inner;
  const [open, close] = isList(value) ? ["[", "]"] : ["{", "}"];
  parts.push(open);
  for (const [key, item] of isList(value) ? value.entries() : Object.entries(value)) {
    if (item !== undefined) {
      parts.push(isList(value) ? separator : `${separator}${JSON.stringify(key)}: `);
      write(item, inner, parts);
      separator = `,${inner}`;
    }
  }
  parts.push(separator === inner ? close : lineBreak + close);
}

const isSecret = (value: object): value is SecretString => HOLE in value;
const isList = (value: object): value is readonly Json[] => Array.isArray(value);
