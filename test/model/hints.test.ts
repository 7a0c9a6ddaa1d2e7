import { HomelabError } from "../../model/yaml/problem.js";
import type { Problem } from "../../model/yaml/problem.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { CONFIG, model } from "./declare.js";
import { follow, STACK } from "./follow-hint.js";
import type { Files } from "./follow-hint.js";
import { EXAMPLES, WEB } from "./problem-examples.js";
import type { Example } from "./problem-examples.js";

// What a hint says is done to the letter, by a program that knows only its form: then the next check passes.

const COMPOSE = "stacks/nas/compose.yaml";

const filesOf = ({ compose = WEB, config = CONFIG, files = {} }: Example): Files => ({
  ...files,
  [STACK]: config,
  [COMPOSE]: compose,
});

function check({ [STACK]: config = "", [COMPOSE]: compose = "", ...files }: Files): readonly Problem[] {
  try {
    model(compose, config, files);
  } catch (error) {
    if (error instanceof HomelabError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

const followed = Object.entries(EXAMPLES).flatMap(([code, example]) => {
  const files = filesOf(example);
  return check(files).flatMap((problem) =>
    (problem.remedies.length > 0 ? problem.remedies : [{ prose: "" }]).flatMap((remedy) => {
      const after = problem.path === "" ? undefined : follow(files, problem, remedy);
      return after === undefined ? [] : [[code, remedyText(remedy), after] as const];
    }),
  );
});
test.each(followed)("%s: %s", (_, __, after) => {
  expect(check(after).map(({ path, message }) => `${path}: ${message}`)).toEqual([]);
});

test("many codes have a hint that a program can follow", () => {
  expect(new Set(followed.map(([code]) => code)).size).toBeGreaterThan(17);
});
