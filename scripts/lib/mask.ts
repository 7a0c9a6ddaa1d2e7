// The engine masks a secret of the configuration where it prints it as it is, or as JSON. What a command or a container says
// comes from elsewhere, and may have it in another encoding, or a line of it alone.

/** Text without secrets. */
export type Mask = (text: string) => string;

/** What stands for a secret: the engine's word for it. */
const MASKED = "[secret]";

/** Shorter ones would be found in every other word. The engine draws the same line. */
const LEAST_CHARACTERS = 3;
/** Of a secret with several lines: what is shorter is no more than a bracket or an `end`. */
const LEAST_OF_A_LINE = 8;
/** Of a secret's Base64: shorter ones would be found in other words. */
const LEAST_OF_BASE64 = 4;

const NO_SECRET = /^(true|false)$/i;

/**
 * Finds secrets in text: as they are, as JSON, percent-encoded, in hexadecimal, backwards, in Base64 with whatever is encoded
 * before and after them; and the lines of a secret one by one.
 *
 * @param secrets their values; those of fewer than 3 characters, `true` and `false` are left out
 */
export function maskOf(secrets: Iterable<string>): Mask {
  const texts = [...new Set([...secrets].flatMap((secret) => [secret, ...linesOf(secret)]))]
    .filter((text) => text.length >= LEAST_CHARACTERS && !NO_SECRET.test(text))
    .sort((a, b) => b.length - a.length); // what is within another one comes after it
  if (texts.length === 0) {
    return (text) => text;
  }
  const base64 = new RegExp(texts.flatMap(base64Of).join("|") || "(?!)", "g");
  const others = new RegExp(
    texts.flatMap((text) => [spelled(text), spelled(reversed(text)), hexOf(text)]).join("|"),
    "g",
  );
  return (text) => withoutRuns(text, base64).replace(others, MASKED);
}

/** Of a secret with several lines; a log may show them in any order. */
function linesOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  return lines.length > 1 ? lines.filter((line) => line.length >= LEAST_OF_A_LINE) : [];
}

const reversed = (text: string): string => Array.from(text).reverse().join("");

/** Each character as it is, in a JSON text, or percent-encoded. */
const spelled = (text: string): string =>
  Array.from(text, (character) => `(?:${[...new Set(spellings(character))].join("|")})`).join("");

function spellings(character: string): string[] {
  const percent = [...Buffer.from(character)].map((byte) => `%${eitherCase(byte.toString(16).padStart(2, "0"))}`);
  const units = character.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  return [
    literal(character),
    literal(JSON.stringify(character).slice(1, -1)),
    units.map((unit) => `\\\\u${eitherCase(unit)}`).join(""),
    percent.join(""),
    ...(character === " " ? ["\\+"] : []),
    ...(character === "\n" ? ["\\r\\n"] : []),
  ];
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
const eitherCase = (digits: string): string =>
  digits.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);

/** Its bytes, also with a colon or a space between them. */
const hexOf = (text: string): string =>
  [...Buffer.from(text)].map((byte) => eitherCase(byte.toString(16).padStart(2, "0"))).join("[:\\s]?");

/**
 * What its Base64 is, whether 0, 1 or 2 bytes of a group of three come before it. Characters that say something of what is
 * around it are left out. Programs break it into lines, and for URLs they write - and _.
 */
function base64Of(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6)];
    const own = Array.from(encoded.slice(from, to));
    const spelling = { "+": "[+-]", "/": "[/_]" } as Readonly<Record<string, string>>;
    return own.length < LEAST_OF_BASE64 ? [] : [own.map((it) => spelling[it] ?? it).join("(?:\\r?\\n)?")];
  });
}

const OF_BASE64 = /[A-Za-z0-9+/_=-]/;

/** Masks what a pattern finds, with all of the Base64 that it is in: the characters beside it have bits of it. */
function withoutRuns(text: string, pattern: RegExp): string {
  let [masked, end] = ["", 0];
  for (const found of text.matchAll(pattern)) {
    if (found.index < end) {
      continue;
    }
    let [first, last] = [found.index, found.index + found[0].length];
    while (first > end && OF_BASE64.test(text.charAt(first - 1))) {
      first--;
    }
    while (OF_BASE64.test(text.charAt(last))) {
      last++;
    }
    masked += text.slice(end, first) + MASKED;
    end = last;
  }
  return masked + text.slice(end);
}
