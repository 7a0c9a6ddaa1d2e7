/** How something is: well, worth a look, or not as it should be. */
export type Verdict = "well" | "look" | "bad";

/** One thing that was looked at. */
export interface Check {
  readonly what: string;
  readonly verdict: Verdict;
  /** How it is, in words. */
  readonly words: string;
}

/** Of a number that is worth a look from one limit on, and bad from another. */
export const byLimits = (value: number, look: number, bad: number): Verdict =>
  value >= bad ? "bad" : value >= look ? "look" : "well";
