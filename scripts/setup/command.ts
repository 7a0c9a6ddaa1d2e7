import { resolve } from "node:path";
import { Cancelled } from "./question.js";
import { ANSWERS, answersIn, answersOfFlags, nobody } from "./answers.js";
import { takeSteps } from "./steps.js";
import type { Step } from "./steps.js";
import { declaration } from "./steps/declaration.js";
import { check, deployment, preview } from "./steps/deployment.js";
import { passphrase } from "./steps/passphrase.js";
import { prepare } from "./steps/prepare.js";
import { secrets } from "./steps/secrets.js";
import { sshKey } from "./steps/ssh-key.js";
import { stack } from "./steps/stack.js";
import { state } from "./steps/state.js";
import { terminal } from "./terminal.js";
import { calledFrom, projectDirectory } from "../lib/project.js";
import { runCommand, stackCommand } from "../lib/command.js";

const STEPS: readonly Step[] = [
  ...[declaration(), state, passphrase, stack, sshKey, prepare(), secrets],
  ...[check, preview, deployment],
];

/** As a shell has it for what Ctrl-C ended. */
const INTERRUPTED = 130;

interface Options {
  readonly stack: string;
  readonly answers?: string;
}

async function setup(options: Options): Promise<void> {
  const given = new Map([
    ...(options.answers === undefined ? [] : answersIn(resolve(calledFrom(), options.answers))),
    ...answersOfFlags({ ...options }),
  ]);
  const prompter = process.stdin.isTTY && process.stdout.isTTY ? await terminal() : nobody;
  try {
    await takeSteps(STEPS, {
      directory: projectDirectory(),
      stack: options.stack,
      answers: new Map(),
      given,
      prompter,
    });
  } catch (error) {
    if (!(error instanceof Cancelled)) {
      throw error;
    }
    console.log("Interrupted. What is done stays done: npm run setup continues from here.");
    process.exitCode = INTERRUPTED;
  }
}

const collect = (value: string, former: readonly string[]): string[] => [...former, value];

const command = stackCommand("setup", "From a clone to a running homelab: asks only what it cannot find out.")
  .option("--answers <file>", "YAML with answers by the names of the flags below, and secrets by name under secrets:")
  .action(setup);
for (const [name, answer] of Object.entries(ANSWERS)) {
  if (!("value" in answer)) {
    command.option(`--${name}`, answer.says).option(`--no-${name}`);
  } else if ("several" in answer) {
    command.option(`--${name} <${answer.value}>`, answer.says, collect, []);
  } else {
    command.option(`--${name} <${answer.value}>`, answer.says);
  }
}

void runCommand(command);
