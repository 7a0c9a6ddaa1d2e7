/** How the engine marks a secret in what it exports (sdk/go/common/resource/sig of github.com/pulumi/pulumi). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const KIND = "1b47061264138c4ac30d75fd1eb44270";

/** A secret of a state that was exported with its secrets decrypted. */
interface Secret {
  /** What it holds, as JSON. */
  readonly plaintext: string;
}

/** An object that is not a list. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Is it a secret that the engine has decrypted? */
export const isSecret = (value: unknown): value is Fields & Secret =>
  isFields(value) && value[SIGNATURE] === KIND && typeof value["plaintext"] === "string";

/** What the engine takes for a secret with this value. */
export const secretOf = (value: unknown): Fields => ({ [SIGNATURE]: KIND, plaintext: JSON.stringify(value) });

/** A value in which every secret is replaced by what it holds. */
export function plainOf(value: unknown): unknown {
  if (isSecret(value)) {
    return plainOf(JSON.parse(value.plaintext));
  }
  return mapped(value, plainOf);
}

/** A list or an object with each of its values replaced; anything else as it is. */
export function mapped(value: unknown, change: (value: unknown, key: string | number) => unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(change);
  }
  return isFields(value) ? Object.fromEntries(Object.entries(value).map(([key, it]) => [key, change(it, key)])) : value;
}
