import type * as Clack from "@clack/prompts";
import { wrapped } from "../lib/table.js";
import { Cancelled, listOf, mistakeIn } from "./question.js";
import type { Prompter, Question } from "./question.js";

/** Columns of the line that clack draws beside a message. */
const RULER = 3;

/** A text whose long lines are broken between words, not where the terminal ends; tables stay as they are. */
export const fitting = (text: string, columns: number): string =>
  text
    .split("\n")
    .map((line) => (line.length + RULER <= columns || /[│┌├└]/.test(line) ? line : wrapped(line, columns - RULER)))
    .join("\n");

/** Asks on the terminal. */
export async function terminal(): Promise<Prompter> {
  const clack = await import("@clack/prompts"); // an ES module
  return {
    interactive: true,
    ask: async (question) => {
      const answer = await prompt(clack, question);
      if (typeof answer === "symbol") {
        throw new Cancelled();
      }
      return answer === "" ? (question.fallback ?? "") : answer; // a hidden one has no default of clack's
    },
    say: (text) => {
      clack.log.message(fitting(text, process.stdout.columns));
    },
  };
}

async function prompt(clack: typeof Clack, question: Question): Promise<string | symbol> {
  const { text: message, kind, choices = [], fallback } = question;
  const options = choices.map(({ value, label, hint }) => ({ value, label, ...(hint !== undefined && { hint }) }));
  const validate = (answer = ""): string | undefined => mistakeIn(question, answer || (fallback ?? ""));
  switch (kind) {
    case "line": {
      const given = { ...(fallback !== undefined && { placeholder: fallback, defaultValue: fallback }) };
      return clack.text({ message, validate, ...given });
    }
    case "hidden":
      return clack.password({ message, validate });
    case "yes-no": {
      const yes = await clack.confirm({ message, initialValue: fallback === "yes" });
      return typeof yes === "symbol" ? yes : yes ? "yes" : "no";
    }
    case "one":
      return clack.select({ message, options, ...(fallback !== undefined && { initialValue: fallback }) });
    case "some": {
      const some = await clack.multiselect({ message, options, required: false, initialValues: listOf(fallback) });
      return typeof some === "symbol" ? some : some.join(",");
    }
  }
}
