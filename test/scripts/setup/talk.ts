import { mistakeIn } from "../../../scripts/setup/question.js";
import type { Prompter } from "../../../scripts/setup/question.js";
import type { Setup } from "../../../scripts/setup/steps.js";

/** An owner who gives these answers, one after the other where the first are wrong. Nothing else may be asked. */
export function says(lines: Readonly<Record<string, readonly string[]>>): {
  prompter: Prompter;
  said: string[];
  wrong: string[];
} {
  const said: string[] = [];
  const wrong: string[] = [];
  return {
    said,
    wrong,
    prompter: {
      interactive: true,
      ask: (question) => {
        for (const line of lines[question.name] ?? []) {
          const mistake = mistakeIn(question, line);
          if (mistake === undefined) {
            return Promise.resolve(line);
          }
          wrong.push(mistake);
        }
        return Promise.reject(new Error(`unexpected: ${question.name}: ${question.text}`));
      },
      say: (text) => {
        said.push(text);
      },
    },
  };
}

export const setupIn = (
  directory: string,
  prompter: Prompter,
  given: Readonly<Record<string, string>> = {},
): Setup => ({
  directory,
  stack: "test",
  answers: new Map(),
  given: new Map(Object.entries(given)),
  prompter,
});
