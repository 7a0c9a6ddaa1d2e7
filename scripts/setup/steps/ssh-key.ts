import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { keysAtHand } from "../../../hosts/keys.js";
import { UserError } from "../../lib/command.js";
import { runInTerminal } from "../../lib/run-in-terminal.js";
import { flagOf } from "../answers.js";
import type { Question } from "../question.js";
import type { Setup, Step } from "../steps.js";

const MAKE = "make";
const WITHOUT_PASSPHRASE = "make-without-passphrase";

const inSsh = (name: string): string => join(homedir(), ".ssh", name);
/** The key that setup makes. */
const ownKey = (): string => inSsh("homelab");
/** The key that setup makes for those who may only look. */
export const probeKey = (): string => inSsh("homelab-probe");

/** An SSH key in the ssh-agent, from which everything here takes its keys. */
export const sshKey: Step = {
  title: "SSH key",
  find: async () => {
    const { agent = [] } = await keysAtHand();
    return agent.length === 0 ? undefined : `the ssh-agent has ${agent.map(nameOf).join(", ")}`;
  },
  // One that was made by an earlier run only has to be loaded.
  questions: (setup) => Promise.resolve(existsSync(ownKey()) ? [] : [which(setup)]),
  act: async ({ answers, prompter }) => {
    const source = answers.get("key") ?? ownKey();
    const made = [MAKE, WITHOUT_PASSPHRASE].includes(source);
    const file = made ? ownKey() : source;
    if (made) {
      await makeKey(file, source === MAKE);
    }
    // ssh-add asks for the passphrase of the key itself.
    if (!(await runInTerminal("ssh-add", ["-q", file]))) {
      throw new UserError(
        `The ssh-agent does not take ${file}.\n-> load a key yourself: ssh-add FILE, then npm run setup`,
      );
    }
    prompter.say(agentAdvice(file));
    return `${file} is ${made ? "made and " : ""}loaded`;
  },
};

/** How the key is at hand when setup is over, whose agent ends with it where there was none before. */
const agentAdvice = (file: string): string =>
  process.env["HOMELAB_OWN_AGENT"] === undefined
    ? `After you log in again: ssh-add ${file}`
    : `You have no ssh-agent; this one ends with setup. Later commands need one: eval $(ssh-agent); ssh-add ${file}`;

function which({ prompter }: Setup): Question {
  const present = ["id_ed25519", "id_ecdsa", "id_rsa"].map(inSsh).filter((file) => existsSync(file));
  return {
    name: "key",
    kind: prompter.interactive ? "one" : "line",
    text: "The ssh-agent has no key. Which key deploys?",
    choices: [
      ...present.map((file) => ({ value: file, label: file })),
      { value: MAKE, label: `Make ${ownKey()}`, hint: "with a passphrase, which ssh-keygen asks for" },
      { value: WITHOUT_PASSPHRASE, label: "The same without a passphrase", hint: "the file alone lets anyone in" },
    ],
    ...(prompter.interactive && { fallback: present[0] ?? MAKE }),
    check: (answer) => keyMistake(answer, prompter.interactive),
    beforehand: flagOf("key"),
  };
}

function keyMistake(answer: string, interactive: boolean): string | undefined {
  if (answer === MAKE && !interactive) {
    return "ssh-keygen asks for a passphrase on a terminal, and there is none";
  }
  return [MAKE, WITHOUT_PASSPHRASE].includes(answer) || existsSync(answer) ? undefined : `there is no file ${answer}`;
}

/** @throws UserError if there is none afterwards */
export async function makeKey(file: string, withPassphrase: boolean): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const args = ["-q", "-t", "ed25519", "-f", file, "-C", file.endsWith("-probe") ? "homelab-probe" : "homelab"];
  if (!(await runInTerminal("ssh-keygen", [...args, ...(withPassphrase ? [] : ["-N", ""])]))) {
    throw new UserError(`ssh-keygen did not make ${file}`);
  }
}

const nameOf = (key: string): string => {
  const [type = "", , ...comment] = key.split(" ");
  return comment.join(" ") || type;
};
