import { wrapped } from "../table.js";
import { failurePart, headline, partsOf, planPart } from "./parts.js";
import type { Part } from "./parts.js";
import type { Review } from "./review.js";

const WIDTH = 100;

/** A review for the terminal. */
export function reviewText(review: Review): string {
  const blocks = [failurePart(review), planPart(review)].map(({ lines }) => lines.join("\n"));
  return [headline(review), ...partsOf(review).map(partText), ...blocks].filter((text) => text !== "").join("\n\n");
}

const partText = ({ title, lines }: Part): string =>
  [title, ...lines.map((line) => wrapped(`  ${line}`, WIDTH))].join("\n");
