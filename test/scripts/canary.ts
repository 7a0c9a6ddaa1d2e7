/** Secrets of every kind that are planted, by where they come from. No eight characters of them are in any message. */
export const CANARIES = {
  own: 'c4nary/0wn+"word"\\ <is> & é=~',
  key: ["-----BEGIN CANARY KEY-----", "q7Zr0vXw2mJ9uLd4", "B1sKe8TnYc6hPg3f", "-----END CANARY KEY-----", ""].join(
    "\n",
  ),
  project: "wiki!qX4v.canary.51~50",
  provider: "tskey-canary-kM83nQ",
  former: "0ld-h6Tz-canary-w2Rq",
  environment: "pAss canary 77/Lk3+b",
} as const;

const fold = (text: string): string => text.replaceAll(/.{20}/g, "$&\n");
const hex = (text: string): string => Buffer.from(text).toString("hex");
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const everyByte = (text: string): string => hex(text).replaceAll(/../g, "%$&");

/** How a program may write a secret. */
export const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  "as it is": (secret) => secret,
  "in JSON": (secret) => JSON.stringify({ secret }),
  "in JSON of Go's": (secret) => JSON.stringify(secret).replaceAll(/[<>&]/g, (it) => `\\u00${hex(it)}`),
  "percent-encoded": (secret) => `https://example.org/?q=${encodeURIComponent(secret)}`,
  "percent-encoded, in lower case": (secret) =>
    encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase()),
  "percent-encoded, every byte": everyByte,
  "as a form": (secret) => new URLSearchParams({ secret }).toString(),
  "in Base64": base64,
  "in Base64, after one byte": (secret) => base64(`:${secret}:`),
  "in Base64, after two bytes": (secret) => base64(`a:${secret}`),
  "in Base64 for URLs": (secret) => Buffer.from(`user:${secret}`).toString("base64url"),
  "in Base64, in lines": (secret) => fold(base64(`Basic ${secret}`)),
  "in hexadecimal": hex,
  "in capital hexadecimal": (secret) => hex(secret).toUpperCase(),
  "in hexadecimal with colons": (secret) => hex(secret).replaceAll(/..(?!$)/g, "$&:"),
  backwards: (secret) => Array.from(secret).reverse().join(""),
  "line by line, from the last": (secret) => secret.split("\n").reverse().join("\n"),
  "in the middle of a line": (secret) => `FATAL: login as admin:${secret}@db failed`,
};

/** Secrets in all encodings. */
export const everyEncoding = (secrets: readonly string[]): string =>
  secrets.flatMap((secret) => Object.values(ENCODINGS).map((encode) => encode(secret))).join("\n|\n");

/** All that there is of the canaries in a text. */
export const leaksOf = (text: string): string[] =>
  Object.entries(CANARIES).flatMap(([kind, secret]) => partsIn(text, secret).map((part) => `${kind}: ${part}`));

/** So many characters in a row are a part of a secret that counts. */
const WINDOW = 8;

/** Where in a text any part of a secret is, in whatever encoding; empty if nowhere. Knows nothing of how secrets are masked. */
export function partsIn(text: string, secret: string): string[] {
  const layers = layersOf(text);
  const parts = [secret, Array.from(secret).reverse().join("")].flatMap((it) => windowsOf(it));
  return [...new Set(parts.filter((part) => layers.some((layer) => layer.includes(part))))];
}

/** Without the frame of a key in PEM, which is no secret. */
const windowsOf = (secret: string): string[] =>
  secret
    .split("\n")
    .filter((line) => !/^-----|^$/.test(line))
    .flatMap((line) => Array.from({ length: line.length - WINDOW + 1 }, (_, i) => line.slice(i, i + WINDOW)));

/** A text, and what comes of reading it as each of the encodings. */
function layersOf(text: string): string[] {
  const plain = [
    text,
    text
      .replaceAll(/\\([^\w\s])/g, "$1")
      .replaceAll("&lt;", "<")
      .replaceAll("&#64;", "@"),
  ];
  const unescaped = plain.flatMap((it) => [it, it.replaceAll("&amp;", "&"), fromJson(it), fromUrl(it)]);
  return [...unescaped, ...unescaped.flatMap((it) => [...fromHex(it), ...fromBase64(it)])];
}

const fromJson = (text: string): string =>
  text
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
    .replaceAll("\\n", "\n")
    .replaceAll('\\"', '"')
    .replaceAll("\\\\", "\\");

const fromUrl = (text: string): string =>
  text
    .replaceAll("+", " ")
    .replaceAll(/(?:%[0-9a-f]{2})+/gi, (codes) => Buffer.from(codes.replaceAll("%", ""), "hex").toString());

const fromHex = (text: string): string[] =>
  (text.match(/[0-9a-f]{2}(?:[:\s]?[0-9a-f]{2}){7,}/gi) ?? []).map((run) =>
    Buffer.from(run.replaceAll(/[:\s]/g, ""), "hex").toString(),
  );

/** A run of it may begin anywhere in what looks like one. */
const fromBase64 = (text: string): string[] =>
  (text.match(/[\w+/-]{6,}(?:\n[\w+/-]+)*/g) ?? []).flatMap((run) =>
    [0, 1, 2, 3].map((from) => Buffer.from(run.replaceAll("\n", "").slice(from), "base64").toString()),
  );
