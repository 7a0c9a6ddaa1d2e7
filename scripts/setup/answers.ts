import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { UserError } from "../lib/command.js";
import type { Answers, Prompter, Question } from "./question.js";

/** An answer that may be given beforehand, as the flag --NAME or as the key NAME of an answers file. */
interface Beforehand {
  /** What the flag takes; undefined for a flag that means yes, and no as --no-NAME. */
  readonly value?: string;
  readonly several?: boolean;
  readonly says: string;
}

/** All that may be given beforehand, by name. */
export const ANSWERS = {
  replace: { says: "whether the sample configuration of the repository may be replaced" },
  host: {
    value: "NAME=ADDRESS:ROLE",
    several: true,
    says: "a host; repeat it for each. ROLE: nas, ci, media, agent, several as nas+media+ci, or none",
  },
  domain: { value: "DOMAIN", says: "domain below which the names of services lie, or none" },
  timezone: { value: "ZONE", says: "time zone; default that of this machine" },
  woodpecker: { says: "whether Woodpecker runs on the host with the role ci: it needs an OAuth app on GitHub" },
  "woodpecker-admin": { value: "USER", says: "your user name on GitHub" },
  "woodpecker-client": { value: "ID", says: "client ID of the OAuth app" },
  state: { value: "PLACE", says: "where the state is kept: local, cloud, or a URL such as s3://bucket" },
  passphrase: { value: "SOURCE", says: "make, or the file that holds the passphrase" },
  key: { value: "SOURCE", says: "SSH key: make-without-passphrase, or the file of a private key" },
  "probe-key": { says: "whether to create a second, read-only key, such as for CI" },
  admin: { value: "USER", says: "account with full sudo on the hosts" },
  identity: { value: "FILE", says: "private key of that account; default the ssh-agent's" },
  "trust-host-keys": { says: "whether to trust the SSH host keys that are found now" },
  deploy: { says: "whether to deploy at the end" },
} as const satisfies Readonly<Record<string, Beforehand>>;

export type AnswerName = keyof typeof ANSWERS;

/** How an answer is given beforehand. */
export function flagOf(name: AnswerName): string {
  const { value }: Beforehand = ANSWERS[name];
  return value === undefined ? `--${name} (or --no-${name})` : `--${name} ${value}`;
}

/** How the value of a secret is given beforehand: not by a flag, which others could see. */
export const secretBeforehand = (name: string): string =>
  `in the answers file under secrets: ${name}: VALUE, or ${name}: none to leave its service off`;

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform((it) => wordOf(it));
const entries = Object.keys(ANSWERS).map((name) => [name, z.union([scalar, z.array(scalar)]).optional()] as const);
const answersFile = z.strictObject({
  ...Object.fromEntries(entries),
  secrets: z.record(z.string(), scalar).optional(),
});

/** Yes and no as questions have them. */
const wordOf = (value: string | number | boolean): string =>
  typeof value === "boolean" ? (value ? "yes" : "no") : String(value);

/**
 * The answers of a file: YAML, with the names of the flags as keys, and secrets by name under `secrets`.
 *
 * @throws UserError if it cannot be read or has a key that is none
 */
export function answersIn(file: string): Answers {
  const result = answersFile.safeParse(read(file));
  if (!result.success) {
    const [issue] = result.error.issues;
    const names = Object.keys(ANSWERS).join(", ");
    throw new UserError(`${file}: ${issue?.message ?? "it has no answers"}. It may have ${names}, and secrets.`);
  }
  const { secrets = {}, ...rest } = result.data as Record<string, unknown> & { secrets?: Record<string, string> };
  const own = Object.entries(rest).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(",") : String(value),
  ]);
  return new Map([
    ...own,
    ...Object.entries(secrets).map(([name, value]): [string, string] => [`secret:${name}`, value]),
  ]);
}

function read(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8")) ?? {};
  } catch (error) {
    throw new UserError(`${file} cannot be read as YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Answers given as flags. */
export const answersOfFlags = (options: Readonly<Record<string, unknown>>): Answers =>
  new Map(
    Object.keys(ANSWERS).flatMap((name): [string, string][] => {
      const value = options[camelCase(name)];
      return value === undefined || (Array.isArray(value) && value.length === 0)
        ? []
        : [[name, Array.isArray(value) ? value.join(",") : wordOf(value as string | boolean)]];
    }),
  );

const camelCase = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Nobody, so that what was not given beforehand and has no fallback is a mistake. */
export const nobody: Prompter = {
  interactive: false,
  ask: ({ fallback, ...question }) =>
    fallback === undefined ? Promise.reject(missing([{ ...question }])) : Promise.resolve(fallback),
  say: (text) => {
    console.log(text);
  },
};

/** What is said where answers are missing and nobody can be asked: all of them at once. */
export const missing = (questions: readonly Question[]): UserError =>
  new UserError(
    [
      "These answers are missing, and there is no terminal to ask on:",
      ...questions.map(({ text, beforehand }) => `  ${text}\n    -> ${beforehand}`),
      "Each may also be a line of a YAML file, named by --answers FILE.",
    ].join("\n"),
  );
