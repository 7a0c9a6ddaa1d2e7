import { failurePart, headline, MARKS, partsOf, planPart } from "./parts.js";
import type { Review } from "./review.js";

/** What a comment of GitHub's may hold is 65,536 characters; others count bytes, so this does. */
const LIMIT_BYTES = 60_000;

/** Marks the one comment of a stack, by which it is found again; nobody sees it. */
export const marker = (stack: string): string => `<!-- homelab-preview: ${stack} -->`;

/**
 * A review as the comment of a pull request, which is never longer than a forge takes: what is left out then is the plan, and
 * after it the end of the parts.
 */
export function reviewMarkdown(review: Review, stack: string): string {
  const head = [marker(stack), `## ${MARKS[review.verdict]} ${escaped(headline(review))}`];
  const parts = partsOf(review).map(({ title, lines }) =>
    [`### ${title}`, ...lines.map((line) => `- ${escaped(line)}`)].join("\n"),
  );
  const failure = failurePart(review);
  const why = failure.lines.length === 0 ? [] : [`### ${failure.title}\n\n${fenced(failure.lines.join("\n"))}`];
  const plan = planPart(review);
  const short = [...head, ...why, ...parts].join("\n\n");
  if (plan.lines.length === 0) {
    return cut(short);
  }
  const folded = `<details><summary>${plan.title}</summary>\n\n${fenced(plan.lines.join("\n"))}\n\n</details>`;
  const whole = `${short}\n\n${folded}`;
  return bytesOf(whole) <= LIMIT_BYTES ? whole : cut(`${short}\n\n${plan.title}: too long to be shown here.`);
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

function cut(text: string): string {
  if (bytesOf(text) <= LIMIT_BYTES) {
    return text;
  }
  const note = "\n\nThe rest is too long to be shown here.";
  const lines: string[] = [];
  let left = LIMIT_BYTES - bytesOf(note);
  for (const line of text.split("\n")) {
    left -= bytesOf(line) + 1;
    if (left < 0) {
      break;
    }
    lines.push(line);
  }
  return lines.join("\n") + note;
}
