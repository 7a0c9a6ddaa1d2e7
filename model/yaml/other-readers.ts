// Compose and Pulumi's engine read YAML with a library for Go, which takes some words without quotes for something else than
// YAML 1.2 does: https://pkg.go.dev/gopkg.in/yaml.v3#readme-compatibility

const DATE = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]+\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?: ?(?:Z|[-+]\d{1,2}(?::\d{2})?))?)?$/;
const NUMBER = /^(?:0b[01]+|0o[0-7]+|0x[\da-f]+|(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?)$/i;

/** The number that they read from a word without quotes: 1000 from `1_000`, 18 from `022`; undefined if they read none. */
export function numberElsewhere(word: string): number | undefined {
  const [, sign, digits = ""] = /^([-+]?)([\d.].*)$/.exec(word.replace(/(?!^)_/g, "")) ?? [];
  const prefixed = digits.replace(/^0(?=[0-7]+$)/, "0o");
  return NUMBER.test(prefixed) ? Number(prefixed) * (sign === "-" ? -1 : 1) : undefined;
}

/** Is a word that is text here a number or a date to them, if it has no quotes? */
export const isTextHereAlone = (word: string): boolean => DATE.test(word) || numberElsewhere(word) !== undefined;

/** From there on a number with a point gets an exponent when they write it as text: 1e+06. */
const WITH_EXPONENT = 1e6;
const TOO_SMALL = 1e-4;

/** Do they write a number with a point in another form, as where it is the value of a variable? */
export const isWrittenOtherwise = (word: string, value: number): boolean =>
  Object.is(value, -0) ||
  (word.includes(".") && value !== 0 && (Math.abs(value) >= WITH_EXPONENT || Math.abs(value) < TOO_SMALL));
