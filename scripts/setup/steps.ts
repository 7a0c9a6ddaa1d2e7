import { UserError } from "../lib/command.js";
import { missing } from "./answers.js";
import { mistakeIn } from "./question.js";
import type { Answers, Prompter, Question } from "./question.js";

/** What the steps share. */
export interface Setup {
  /** Where Pulumi.yaml is. */
  readonly directory: string;
  /** Name of the stack. */
  readonly stack: string;
  /** What was answered until now. */
  readonly answers: Answers;
  /** Answers from flags and from a file, of which each is used once its question comes. */
  readonly given: Answers;
  readonly prompter: Prompter;
}

/** One step from a clone to a homelab. A step keeps no record: whether it is done is looked up each time. */
export interface Step {
  readonly title: string;
  /** What was found, in a few words, where nothing is left to do; undefined where something is. */
  readonly find: (setup: Setup) => Promise<string | undefined>;
  /** What can be asked now. Called again with the answers, for what follows from them. @default nothing */
  readonly questions?: (setup: Setup) => Promise<readonly Question[]>;
  /** Does it, with all answers there. @returns what was done, in a few words */
  readonly act: (setup: Setup) => Promise<string>;
}

/**
 * Takes the steps that are left, one after the other.
 *
 * @throws UserError for answers that are wrong, or missing where nobody can be asked; before anything is done
 */
export async function takeSteps(steps: readonly Step[], setup: Setup): Promise<void> {
  const { say, interactive } = setup.prompter;
  if (!interactive) {
    await assertAnswered(steps, { ...setup, answers: new Map(setup.answers) });
  }
  for (const step of steps) {
    const found = await step.find(setup);
    if (found === undefined) {
      await converse(step, setup);
    }
    say(`✓ ${step.title}: ${found ?? (await step.act(setup))}`);
  }
}

async function converse(step: Step, setup: Setup): Promise<void> {
  const { answers, given, prompter } = setup;
  for (let open = await openQuestions(step, setup); open.length > 0; open = await openQuestions(step, setup)) {
    for (const question of open) {
      answers.set(question.name, givenFor(question, given) ?? (await prompter.ask(question)));
    }
  }
}

async function openQuestions({ questions }: Step, setup: Setup): Promise<readonly Question[]> {
  return ((await questions?.(setup)) ?? []).filter(({ name }) => !setup.answers.has(name));
}

/** @throws UserError where what was given is no answer */
function givenFor(question: Question, given: Answers): string | undefined {
  const answer = given.get(question.name);
  const mistake = answer === undefined ? undefined : mistakeIn(question, answer);
  if (mistake !== undefined) {
    throw new UserError(`${mistake}\n-> ${question.beforehand}`);
  }
  return answer;
}

/** Goes through the whole conversation without doing anything; what depends on a missing answer cannot be known yet. */
async function assertAnswered(steps: readonly Step[], setup: Setup): Promise<void> {
  const unanswered: Question[] = [];
  for (const step of steps) {
    if ((await step.find(setup)) !== undefined) {
      continue;
    }
    for (let open = await openQuestions(step, setup); open.length > 0; open = await openQuestions(step, setup)) {
      const before = unanswered.length;
      for (const question of open) {
        const answer = givenFor(question, setup.given) ?? question.fallback;
        if (answer === undefined) {
          unanswered.push(question);
        } else {
          setup.answers.set(question.name, answer);
        }
      }
      if (unanswered.length > before) {
        break;
      }
    }
  }
  if (unanswered.length > 0) {
    throw missing(unanswered);
  }
}
