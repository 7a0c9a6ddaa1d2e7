/** One thing that setup has to know from its owner. The conversation is made of these, and of nothing else. */
export interface Question {
  /** Under which the answer is kept; that of an answer which can be given beforehand is a key of `ANSWERS`. */
  readonly name: string;
  readonly text: string;
  /** `hidden` is for what nobody may see on the screen; `some` are several of the choices. */
  readonly kind: "line" | "hidden" | "yes-no" | "one" | "some";
  /** Of `one` and `some`. */
  readonly choices?: readonly Choice[];
  /** What is taken without an answer; undefined where the owner has to give one. Several choices have commas between them. */
  readonly fallback?: string;
  /** What is wrong with an answer, in words; undefined if nothing is. */
  readonly check?: (answer: string) => string | undefined;
  /** How the answer is given where nobody can be asked, such as `--domain example.org`. */
  readonly beforehand: string;
}

interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** Answers by the name of their question. Several values are one string, with a comma between them. */
export type Answers = Map<string, string>;

/** The values of an answer that may have several. */
export const listOf = (answer: string | undefined): string[] =>
  (answer ?? "")
    .split(/[\s,]+/)
    .map((it) => it.trim())
    .filter((it) => it !== "");

/** Who is asked. */
export interface Prompter {
  readonly interactive: boolean;
  /** @throws Cancelled where the owner ends the conversation */
  readonly ask: (question: Question) => Promise<string>;
  /** Shows something of one line or of several. */
  readonly say: (text: string) => void;
}

/** The owner has pressed Ctrl-C at a question. */
export class Cancelled extends Error {}

const YES_NO = ["yes", "no"];

/** What is wrong with an answer to a question: the form that its kind has, then what it checks itself. */
export function mistakeIn({ kind, choices = [], check }: Question, answer: string): string | undefined {
  const allowed = kind === "yes-no" ? YES_NO : choices.map(({ value }) => value);
  const given = kind === "some" ? listOf(answer) : [answer];
  const wrong = kind === "line" || kind === "hidden" ? undefined : given.find((it) => !allowed.includes(it));
  return wrong === undefined ? check?.(answer) : `"${wrong}" is none of ${allowed.join(", ")}`;
}
