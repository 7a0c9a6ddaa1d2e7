import type { Problem } from "../../model/yaml/problem.js";
import { UserError } from "../lib/command.js";
import { withAnswer } from "./answers.js";
import type { Answers } from "./answers.js";
import type { Converted } from "./convert.js";
import { Proposals } from "./proposals.js";
import type { Newest } from "./proposals.js";
import { questionsBehind, subjectOf } from "./questions.js";
import type { Question } from "./questions.js";

/** What a conversation is about. */
export interface Talk {
  readonly convert: (answers: Answers) => Converted;
  /** What the check would say of the file. */
  readonly problemsOf: (converted: Converted) => readonly Problem[];
  /** Asks; undefined where there is no terminal. An empty answer is none. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  readonly say: (text: string) => void;
  /** Asks the registry of an image for its newest version; @default nobody is asked */
  readonly newest?: (image: string) => Promise<Newest>;
}

/** A file as it was taken over, and what is still to be answered. */
export interface Outcome {
  readonly converted: Converted;
  readonly open: readonly Question[];
}

/** Asks until nothing is left to ask, or the owner leaves the rest open: an answer may bring up another question. */
export async function converse({ convert, problemsOf, ask, say, newest }: Talk, given: Answers): Promise<Outcome> {
  const proposals = new Proposals(newest, say);
  const left = new Set<string>();
  let answers = given;
  for (;;) {
    const converted = convert(answers);
    const open = await proposals.put(questionsBehind(problemsOf(converted), converted.text));
    const [next] = open.filter((it) => !left.has(subjectOf(it)));
    if (ask === undefined || next === undefined) {
      return { converted, open };
    }
    const { text, fallback, again = false, read } = next;
    const answer = (await ask(`${text}${fallback === undefined ? "" : ` [${fallback}]`} `)).trim() || fallback;
    if (answer === undefined) {
      left.add(subjectOf(next));
      continue;
    }
    try {
      answers = withAnswer(answers, next, read(answer));
      if (!again) {
        left.add(subjectOf(next)); // an answer that does not help is not asked for again
      }
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      say(error.message);
    }
  }
}
