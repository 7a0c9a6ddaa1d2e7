import ipaddr from "ipaddr.js";
import { z } from "zod";
import { hostName, normalPath, pathMistake } from "./grammar.js";
import { complaint, refuse } from "../yaml/complaint.js";
import type { Refusal } from "../yaml/complaint.js";
import { reading, whole } from "./scalars.js";
import { mapping } from "../yaml/schema.js";
import { SecretText } from "../text.js";
import type { Text } from "../text.js";

// The small values of a Compose file, each from all the forms in which Compose takes it to the one that the model keeps.

const text = z.string();

/**
 * Words as Compose splits them: quotes group, a backslash escapes save in single quotes, nothing is expanded. Ours and no
 * package, because the reference is the go-shellwords that compose-go uses; compose-parity.test.ts compares.
 */
function splitWords(line: string): string[] {
  const words: string[] = [];
  const token = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|(\s+)|([^\s"'\\]+)/gs;
  let word: string | undefined;
  for (const [, double, single, escaped, space, plain] of line.matchAll(token)) {
    if (space !== undefined) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
    } else {
      word = (word ?? "") + (double?.replace(/\\(.)/gs, "$1") ?? single ?? escaped ?? plain ?? "");
    }
  }
  return word === undefined ? words : [...words, word];
}

/** Stands for a secret while a line is split: a character for private use, of which a line has at most a few hundred. */
const HOLE = 0xe000;

/** The same of a line with secrets in it, whose values are not split. */
function splitSecretText({ parts }: SecretText): Text[] {
  const line = parts.map((part, i) => (typeof part === "string" ? part : String.fromCodePoint(HOLE + i))).join("");
  return splitWords(line).map((word): Text => {
    const pieces = Array.from(word, (letter) => parts[(letter.codePointAt(0) ?? 0) - HOLE] ?? letter);
    return pieces.every((piece) => typeof piece === "string") ? word : new SecretText(pieces);
  });
}

const textOrSecret = z.union([text, z.instanceof(SecretText)]);

/** A command: a list as it is, a text split into words. Words may contain secrets. */
export const command = z
  .union([
    text.transform((line): readonly Text[] => splitWords(line)),
    z.instanceof(SecretText).transform((line): readonly Text[] => splitSecretText(line)),
    z.array(textOrSecret).readonly(),
  ])
  .refine(
    (words) => !words.includes(""),
    complaint("empty-word", "has an empty argument, which the Docker provider rejects", { prose: "remove it" }),
  );

/** One value or a list of them. */
export const oneOrMore = (one: z.ZodType<string>): z.ZodType<readonly string[]> =>
  z.union([one.transform((value): readonly string[] => [value]), z.array(one).readonly()]);

/** A name that may be a number, which YAML reads as such. */
export const numbered = (name: z.ZodString): z.ZodType<string> => z.union([z.int().transform(String), name]);

/** Of IPv4 or IPv6. */
export const ipAddress = text.refine(
  (value) => ipaddr.isValid(value) && /[.:].*[.:]/.test(value),
  complaint("malformed", "is not an IP address", { prose: "write it as 192.0.2.53 or 2001:db8::53" }),
);

/** What Docker itself puts the host's address for is the word host-gateway. */
const NO_HOST_ENTRY = complaint("malformed", "is not a host entry", { prose: 'write "NAME=ADDRESS"' });

const scalar = z.union([text, z.number(), z.boolean(), z.null()]);

/** A mapping of texts. */
export const options = z
  .record(text, scalar)
  .transform((map) => mapValues(map, (value) => (value === null ? "" : String(value))));

/** A mapping of texts with secrets in them. */
export const secretOptions = z
  .record(text, z.union([scalar, z.instanceof(SecretText)]))
  .transform((map) =>
    mapValues(map, (value): Text => (value instanceof SecretText ? value : value === null ? "" : String(value))),
  );

/** A mapping of texts, or the same as a list of `KEY=value`. */
export const pairs = z.union([
  options,
  z.array(text).transform((list) => Object.fromEntries(list.map((entry) => splitAt(entry, "=")))),
]);

const SECRET_LABEL = complaint("malformed", "has a secret in its name", {
  prose: "write NAME=VALUE, with the secret in VALUE",
});

/** The same, with secrets in the values. */
export const labels = z.union([
  secretOptions,
  z
    .array(
      reading(
        z.union([text, z.instanceof(SecretText)]),
        (entry) => (typeof entry === "string" ? splitAt(entry, "=") : assignment(entry)),
        SECRET_LABEL,
      ),
    )
    .transform((list): Record<string, Text> => Object.fromEntries(list)),
]);

/** Compose would take it from the shell that runs it. */
const noValue = (instead: string): Refusal =>
  complaint("missing-value", "has no value", {
    prose: `write ${instead}; values of the shell that deploys are not passed on`,
  });
const nothing = z.null().transform((_, context): never => refuse(context, noValue("one")));
const environmentValue = z.union([text, z.number(), z.boolean(), z.instanceof(SecretText), nothing]);

/** Environment variables: a mapping, or a list of `KEY=value`. Values may contain secrets. */
export const environment = z.union([
  z
    .record(z.string(), environmentValue)
    .transform((map) => mapValues(map, (value): Text => (value instanceof SecretText ? value : String(value)))),
  z
    .array(reading(z.union([text, z.instanceof(SecretText)]), environmentEntry, noValue("KEY=value")))
    .transform((list): Record<string, Text> => Object.fromEntries(list)),
]);

function environmentEntry(entry: Text): [string, Text] | undefined {
  if (typeof entry === "string") {
    return entry.includes("=") ? splitAt(entry, "=") : undefined;
  }
  return assignment(entry);
}

/** What a text with secrets in it says before and after its first `=`; undefined if a secret is before it. */
function assignment({ parts }: SecretText): [string, Text] | undefined {
  const [first, ...rest] = parts;
  if (typeof first !== "string" || !first.includes("=")) {
    return undefined;
  }
  const [key, start] = splitAt(first, "=");
  return [key, new SecretText([start, ...rest].filter((part) => part !== ""))];
}

/** Additional lines of /etc/hosts: `name=address` or `name:address` in a list, or a mapping. */
export const extraHosts = z.union([
  z
    .record(hostName, oneOrMore(text))
    .transform((map, context) =>
      Object.entries(map).flatMap(([host, ips]) =>
        ips.map((ip) => hostEntry(host, ip) ?? refuse(context, NO_HOST_ENTRY)),
      ),
    ),
  z.array(
    reading(
      text,
      (entry) => {
        const [host, address] = splitAt(entry, entry.includes("=") ? "=" : ":");
        return hostEntry(host, address.replace(/^\[(.*)\]$/, "$1")); // IPv6 may stand in brackets
      },
      NO_HOST_ENTRY,
    ),
  ),
]);

/**
 * Devices: `/dev/dri:/dev/dri:rwm`, of which the path in the container and the permissions may be left out; or the same as
 * a mapping.
 */
export const device = reading(
  z.union([
    text.transform((value) => value.split(":")),
    mapping({ source: text, target: text.optional(), permissions: text.default("rwm") }).transform(
      ({ source, target = source, permissions }) => [source, target, permissions],
    ),
  ]),
  ([hostPath = "", containerPath = hostPath, permissions = "rwm", ...more]) => {
    const arePaths = [hostPath, containerPath].every((path) => /^\/[^/]/.test(path) && !pathMistake(path));
    return arePaths && hostPath.startsWith("/dev/") && /^[rwm]+$/.test(permissions) && more.length === 0
      ? { hostPath: normalPath(hostPath), containerPath: normalPath(containerPath), permissions }
      : undefined;
  },
  complaint("malformed", "is not a device", { prose: 'write "/dev/NAME" or "/dev/NAME:/dev/NAME:rwm"' }),
);

/** Limits of the kernel on processes: a number, or soft and hard. */
export const ulimit = z.union([
  whole.transform((value) => ({ soft: value, hard: value })),
  mapping({ soft: whole, hard: whole }),
]);

function hostEntry(host: string, ip: string): { host: string; ip: string } | undefined {
  const known = ip === "host-gateway" || ipAddress.safeParse(ip).success;
  return known && hostName.safeParse(host).success ? { host, ip } : undefined;
}

function splitAt(entry: string, separator: string): [string, string] {
  const at = entry.indexOf(separator);
  return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + separator.length)];
}

function mapValues<In, Out>(map: Readonly<Record<string, In>>, convert: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, convert(value)]));
}
