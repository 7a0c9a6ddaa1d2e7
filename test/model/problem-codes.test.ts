import { readFileSync } from "node:fs";
import { renamedHosts, renameProblems } from "../../model/drift/known-hosts.js";
import { HomelabError } from "../../model/yaml/problem.js";
import type { ProblemCode } from "../../model/yaml/codes.js";
import type { Problem } from "../../model/yaml/problem.js";
import { withRemedies } from "../../model/yaml/remedy.js";
import { CONFIG, model } from "./declare.js";
import { EXAMPLES, WEB } from "./problem-examples.js";
import type { Example } from "./problem-examples.js";
import { SENTENCES } from "./sentences.js";

// Programs go by the codes of problems, as add-service does: for each an example that has this problem and no other. The
// type asks for an example of whatever code there will be, and sentences.ts freezes what each says.

/** What is wrong with an example: codes, and what the owner is told. */
function problemsIn({ compose = WEB, config: stack = CONFIG, files = {}, known = [] }: Example): string[][] {
  const told = (problems: readonly Problem[]): string[][] =>
    problems.map(({ code, message, remedies }) => [code, withRemedies(message, remedies)]);
  try {
    const { hosts } = model(compose, stack, files);
    return told(renameProblems("test", stack, renamedHosts(hosts, known)));
  } catch (error) {
    if (error instanceof HomelabError) {
      return told(error.problems);
    }
    throw error;
  }
}

test.each(Object.entries(EXAMPLES))("%s", (code, example) => {
  expect(problemsIn(example)).toEqual([[code, SENTENCES[code as ProblemCode]]]);
});

test("no schema puts the failures that zod knows into words of its own, or hides a hint in them", () => {
  const files = ["audience", "subnet", "config/settings", "config/nas-settings", "compose/file", "compose/service"];
  const more = ["compose/ports", "compose/volumes", "compose/values", "compose/secret-sources"];
  for (const file of [...files, ...more]) {
    expect([file, /\berror: ["'`]|\.regex\(| -> /.exec(readFileSync(`model/${file}.ts`, "utf8"))?.[0]]).toEqual([
      file,
      undefined,
    ]);
  }
});
