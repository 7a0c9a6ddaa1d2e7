import { remedyText } from "../../model/yaml/remedy.js";
import type { Remedy } from "../../model/yaml/remedy.js";
import type { Lack } from "../lib/lacks.js";

/** What one look came to. */
export interface Diagnosis {
  /** What was looked at, such as `passphrase` or `host pi5`. */
  readonly what: string;
  readonly ok: boolean;
  /** What is there, or what is wrong, without a full stop. */
  readonly words: string;
  /** Where something is wrong: which kind of lack, for programs. */
  readonly code?: string;
  readonly remedy?: Remedy;
}

export const well = (what: string, words: string): Diagnosis => ({ what, ok: true, words });

export const ill = (what: string, code: string, words: string, remedy: Remedy): Diagnosis => ({
  what,
  ok: false,
  code,
  words,
  remedy,
});

export const lacking = (what: string, { code, words, remedy }: Lack): Diagnosis => ill(what, code, words, remedy);

/** One line each: what is there, or what is wrong and the command that fixes it. */
export const describe = (all: readonly Diagnosis[]): string =>
  all
    .map(({ what, ok, words, remedy }) =>
      ok ? `✓ ${what}: ${words}` : `✗ ${what}: ${words}${remedy === undefined ? "" : ` -> ${remedyText(remedy)}`}`,
    )
    .join("\n");
