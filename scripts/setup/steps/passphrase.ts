import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { backendOf } from "../../lib/backend.js";
import { UserError } from "../../lib/command.js";
import { needsPassphrase } from "../../lib/lack-of-stack.js";
import { namesPassphrase, passphraseFile } from "../../lib/passphrase.js";
import { randomText } from "../../secrets/random-text.js";
import { flagOf } from "../answers.js";
import type { Question } from "../question.js";
import type { Setup, Step } from "../steps.js";

const MAKE = "make";
const ENTER = "enter";
const LENGTH = 32;
const SHORTEST = 12;

/** The passphrase that encrypts the secrets, in a file that every command finds. */
export const passphrase: Step = {
  title: "Passphrase",
  find: (setup) => Promise.resolve(found(setup)),
  questions: (setup) => Promise.resolve(questions(setup)),
  act: async ({ stack, answers }) => {
    const file = passphraseFile(stack);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, `${chosen(answers.get("passphrase"), answers.get("passphrase-text"))}\n`, {
      mode: 0o600,
      flag: "wx",
    });
    return [
      `it is in ${file}, which only you can read.`,
      "It opens every secret of the homelab. Without it they are lost: copy it into your password manager now.",
      "The commands here find the file by themselves. Plain Pulumi asks for the passphrase unless you name the file:",
      `  export PULUMI_CONFIG_PASSPHRASE_FILE=${file}`,
    ].join("\n");
  },
};

function found({ directory, stack }: Setup): string | undefined {
  if (namesPassphrase(process.env)) {
    return "the environment names it";
  }
  const file = passphraseFile(stack);
  if (existsSync(file)) {
    return file;
  }
  const url = backendOf(directory, process.env)?.url;
  return url !== undefined && !needsPassphrase(directory, stack, url) ? "not needed: Pulumi Cloud encrypts" : undefined;
}

/** A configuration that has encrypted secrets has its passphrase already; another one would not open them. */
function questions({ directory, stack, answers, prompter }: Setup): readonly Question[] {
  const file = join(directory, `Pulumi.${stack}.yaml`);
  const content: unknown = existsSync(file) ? parse(readFileSync(file, "utf8")) : {};
  const encrypted = typeof content === "object" && content !== null && "encryptionsalt" in content;
  const source: Question = {
    name: "passphrase",
    kind: prompter.interactive ? "one" : "line",
    text: encrypted
      ? `Pulumi.${stack}.yaml has secrets, but their passphrase is not on this machine`
      : "Which passphrase encrypts the secrets?",
    choices: [
      ...(encrypted ? [] : [{ value: MAKE, label: "Make one", hint: `${LENGTH} random characters` }]),
      { value: ENTER, label: encrypted ? "Enter it" : "Enter one", hint: `at least ${SHORTEST} characters` },
    ],
    ...(!encrypted && { fallback: MAKE }),
    check: (answer) => sourceMistake(answer, encrypted),
    beforehand: flagOf("passphrase"),
  };
  const first = answers.get("passphrase-text");
  return answers.get("passphrase") === ENTER ? [text, ...(first === undefined ? [] : [again(first)])] : [source];
}

function sourceMistake(answer: string, encrypted: boolean): string | undefined {
  if (answer === MAKE && encrypted) {
    return "a new passphrase would not open the existing secrets: name the file that holds the old one";
  }
  return [MAKE, ENTER].includes(answer) || existsSync(answer) ? undefined : `there is no file ${answer}`;
}

const text: Question = {
  name: "passphrase-text",
  kind: "hidden",
  text: "Passphrase",
  check: (answer) => (answer.length < SHORTEST ? `at least ${SHORTEST} characters` : undefined),
  beforehand: flagOf("passphrase"),
};

const again = (first: string): Question => ({
  name: "passphrase-again",
  kind: "hidden",
  text: "The same again",
  check: (answer) => (answer === first ? undefined : "the two differ"),
  beforehand: flagOf("passphrase"),
});

/** @throws UserError for a file without a passphrase */
function chosen(source = MAKE, entered = ""): string {
  if (source === MAKE) {
    return randomText(LENGTH);
  }
  const value = source === ENTER ? entered : readFileSync(source, "utf8").trim();
  if (value === "") {
    throw new UserError(`${source} is empty: name the file that holds the passphrase`);
  }
  return value;
}
