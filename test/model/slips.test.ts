import { readdirSync, readFileSync } from "node:fs";
import { HomelabError } from "../../model/yaml/problem.js";
import type { Problem } from "../../model/yaml/problem.js";
import { firstSlip } from "../../model/yaml/slip.js";
import { parseSource } from "../../model/yaml/source.js";

// One slip in any line of the repository's own files is one problem, at that line or the next, in words that need no parser.

const FILES = ["nas", "ci", "media", "agent"]
  .map((role) => `stacks/${role}/compose.yaml`)
  .concat("Pulumi.homelab.yaml");

/** What a slip of the hand makes of a line; undefined where it cannot happen. */
const SLIPS: Readonly<Record<string, (line: string) => string | undefined>> = {
  "a space too many": (line) => (/^ *[\w-]/.test(line) ? ` ${line}` : undefined),
  "a space too few": (line) => (line.startsWith("  ") ? line.slice(1) : undefined),
  "a tab": (line) => (line.startsWith("  ") ? `\t${line.trimStart()}` : undefined),
  "no colon": (line) => (/^ *[\w-]+:$/.test(line) ? line.slice(0, -1) : undefined),
  "no blank": (line) => (/^ *[\w-]+: [^&\s]/.test(line) ? line.replace(": ", ":") : undefined),
  "no closing quote": (line) => (/: "[^"]*"$/.test(line) ? line.slice(0, -1) : undefined),
  "no closing bracket": (line) => (/[\]}]$/.test(line) ? line.slice(0, -1) : undefined),
};

/** Every so many lines, since it takes its time. */
const EACH = 5;

/** Words of the yaml package's own messages. */
const PARSERS_WORDS = /implicit|compact|sequence|scalar|node|flow|token|indicator|collection|column/i;

function problemsIn(text: string): readonly Problem[] {
  try {
    parseSource("x.yaml", text);
    return [];
  } catch (error) {
    if (error instanceof HomelabError) {
      return error.problems;
    }
    throw error;
  }
}

test.each(Object.entries(SLIPS))("%s", (_, slip) => {
  let refused = 0;
  for (const file of FILES) {
    const lines = readFileSync(file, "utf8").split("\n");
    lines.forEach((line, i) => {
      const made = i % EACH === 0 ? slip(line) : undefined;
      if (made === undefined || /^\s*#/.test(line)) {
        return;
      }
      const problems = problemsIn(lines.with(i, made).join("\n"));
      const [problem] = problems;
      if (problem === undefined) {
        return;
      }
      refused += 1;
      const off = problem.line - (i + 1);
      expect([file, made, problems.length, off === 0 || off === 1 ? "there" : problem]).toEqual([
        file,
        made,
        1,
        "there",
      ]);
      expect(problem.message + problem.remedies.map(({ prose }) => prose).join()).not.toMatch(PARSERS_WORDS);
    });
  }
  expect(refused).toBeGreaterThan(2);
});

test("no mistake is found in what is right", () => {
  expect(readdirSync("stacks").length).toBeGreaterThan(3);
  const texts = FILES.map((file) => readFileSync(file, "utf8"));
  expect(texts.flatMap((text) => [...problemsIn(text), firstSlip(text)])).toEqual(texts.map(() => undefined));
});
