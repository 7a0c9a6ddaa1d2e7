import type { Command } from "commander";
import type { Summary } from "../../../model/review/difference.js";
import { HomelabError } from "../../../model/yaml/problem.js";
import { UserError } from "../command.js";
import { reviewMarkdown } from "./markdown.js";
import { reviewOf, summaryOf } from "./review.js";
import type { Review, ReviewInput } from "./review.js";
import { homelabAt } from "./revision.js";
import type { Revision } from "./revision.js";
import { reviewText } from "./text.js";

/** How a review is written. */
export interface Format {
  readonly markdown: boolean;
  readonly json: boolean;
}

/** The options of a command that shows a review. */
export const withFormats = (command: Command): Command =>
  command
    .option("--markdown", "the comment of a pull request, also where the declaration has mistakes", false)
    .option("--json", "the same as data", false);

/**
 * Shows a review. What the user did wrong is shown as always on a terminal; in the other formats it is a review, too, since
 * somebody waits for it.
 *
 * @returns the review; undefined where what the user did wrong was thrown
 * @throws UserError or HomelabError on a terminal
 */
export async function showReview(
  look: () => Promise<ReviewInput>,
  { markdown, json }: Format,
  stack: string,
): Promise<Review> {
  const review = reviewOf(await (markdown || json ? lookOrSayWhyNot(look) : look()));
  const text = markdown ? reviewMarkdown(review, stack) : json ? JSON.stringify(review, null, 2) : reviewText(review);
  console.log(text);
  return review;
}

async function lookOrSayWhyNot(look: () => Promise<ReviewInput>): Promise<ReviewInput> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof UserError || error instanceof HomelabError) {
      return { failure: error.message };
    }
    throw error;
  }
}

/** What a branch began with; undefined where that had mistakes, and so says nothing of what was. */
export function declaredAt(stack: string, directory: string, { base }: Revision): Summary | undefined {
  try {
    return summaryOf(homelabAt(stack, directory, base));
  } catch (error) {
    if (error instanceof HomelabError) {
      return undefined;
    }
    throw error;
  }
}
