import { remedyText } from "../../model/yaml/remedy.js";
import { SAME } from "./compose/cases.js";
import { ourMeaning, theirMeaning } from "./compose/meaning.js";
import { askOracle } from "./compose/oracle.js";
import type { Answer } from "./compose/oracle.js";
import { readOurs } from "./compose/ours.js";
import { REFUSED } from "./compose/refused.js";

// Compose's own loader is the judge: what this program takes from a file is what Compose takes, or it is refused with a line
// and a reason.

let answers: readonly Answer[] = [];
beforeAll(async () => {
  answers = await askOracle(SAME);
}, 600_000);

describe("means the same", () => {
  test.each(SAME.map((it, i) => [it.title, it, i] as const))("%s", (_, it, i) => {
    const theirs = answers[i];
    const ours = readOurs(it);
    const problems = "settings" in ours ? [] : ours.map(({ line, path, message }) => `${line} ${path}: ${message}`);
    expect([theirs?.error, ...problems]).toEqual([undefined]);
    if ("settings" in ours && theirs?.project !== undefined) {
      expect(ourMeaning(ours, it.environment ?? {})).toEqual(theirMeaning(theirs.project));
    }
  });
});

describe("is refused, with a line and a reason", () => {
  test.each(REFUSED.map((it) => [it.title, it] as const))("%s", (_, it) => {
    const ours = readOurs(it);
    const problems = "settings" in ours ? [] : ours;
    expect(problems).not.toEqual([]);
    for (const { line, message, remedies } of problems) {
      expect(line).toBeGreaterThan(0);
      expect(message.length + remedies.map(remedyText).join("").length).toBeGreaterThan(10);
    }
  });
});
