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
