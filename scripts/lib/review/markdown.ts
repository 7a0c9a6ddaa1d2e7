import { packed, unpacked } from "../plan/steps.js";
import type { Steps } from "../plan/steps.js";
import { failurePart, headline, MARKS, partsOf, planPart } from "./parts.js";
import type { Review } from "./review.js";

/** What a comment of GitHub's may hold is 65,536 characters; others count bytes, so this does. */
const LIMIT_BYTES = 60_000;

/** The most that a plan may take of that; for a longer one somebody deploys by hand. */
const PLAN_BYTES = 20_000;

/** Marks the one comment of a stack, by which it is found again; nobody sees it. */
export const marker = (stack: string): string => `<!-- homelab-preview: ${stack} -->`;

const PLAN_END = " -->";
const planBegin = (stack: string): string => `<!-- homelab-plan: ${stack} `;

/** The plan that a comment has, if it has one. */
export function planIn(comment: string, stack: string): Steps | undefined {
  const begin = comment.lastIndexOf(planBegin(stack));
  const end = comment.indexOf(PLAN_END, begin);
  return begin === -1 || end === -1 ? undefined : unpacked(comment.slice(begin + planBegin(stack).length, end));
}

/**
 * A review as the comment of a pull request, with the plan for the deployment that follows.
 *
 * @returns text of at most LIMIT_BYTES
 */
export function reviewMarkdown(review: Review, stack: string): string {
  const known = review.failure === undefined && review.steps !== undefined;
  const plan = known ? `\n\n${planBegin(stack)}${packed(review.steps)}${PLAN_END}` : "";
  return bytesOf(plan) > PLAN_BYTES
    ? reviewWithin(LIMIT_BYTES, review, stack)
    : reviewWithin(LIMIT_BYTES - bytesOf(plan), review, stack) + plan;
}

/**
 * A review as the comment of a pull request, which is never longer than a forge takes: what is left out then is the plan, and
 * after it the end of the parts.
 */
function reviewWithin(limit: number, review: Review, stack: string): string {
  const head = [marker(stack), `## ${MARKS[review.verdict]} ${escaped(headline(review))}`];
  const parts = partsOf(review).map(({ title, lines }) =>
    [`### ${title}`, ...lines.map((line) => `- ${escaped(line)}`)].join("\n"),
  );
  const failure = failurePart(review);
  const why = failure.lines.length === 0 ? [] : [`### ${failure.title}\n\n${fenced(failure.lines.join("\n"))}`];
  const plan = planPart(review);
  const short = [...head, ...why, ...parts].join("\n\n");
  if (plan.lines.length === 0) {
    return cut(short, limit);
  }
  const folded = `<details><summary>${plan.title}</summary>\n\n${fenced(plan.lines.join("\n"))}\n\n</details>`;
  const whole = `${short}\n\n${folded}`;
  return bytesOf(whole) <= limit ? whole : cut(`${short}\n\n${plan.title}: too long to be shown here.`, limit);
}

/** Text of a host's or a file's, of which nothing is read as Markdown, as HTML, or as the name of somebody to tell. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[\\`*_{}[\]#|~!>]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("@", "&#64;")
    .replaceAll(/\s*\n\s*/g, " ");

/** A block of plain text, within a fence that is longer than any in it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

function cut(text: string, limit: number): string {
  if (bytesOf(text) <= limit) {
    return text;
  }
  const note = "\n\nThe rest is too long to be shown here.";
  const lines: string[] = [];
  let left = limit - bytesOf(note);
  for (const line of text.split("\n")) {
    left -= bytesOf(line) + 1;
    if (left < 0) {
      break;
    }
    lines.push(line);
  }
  return lines.join("\n") + note;
}
