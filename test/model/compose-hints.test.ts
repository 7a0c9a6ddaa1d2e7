import { remedyText } from "../../model/yaml/remedy.js";
import type { Problem } from "../../model/yaml/problem.js";
import { homelabOf, readHomelab } from "../offline/compose/ours.js";
import { REFUSED } from "../offline/compose/refused.js";
import { follow } from "./follow-hint.js";
import type { Files } from "./follow-hint.js";

// What is refused of a Compose file comes with a way out. Each is gone to the letter, by a program that knows only the form of
// hints: then the next check passes.

const check = (files: Files): readonly Problem[] => {
  const ours = readHomelab(files);
  return "settings" in ours ? [] : ours;
};

const ways = REFUSED.flatMap((it) =>
  check(homelabOf(it)).map((problem) => {
    const remedies = problem.remedies.length > 0 ? problem.remedies : [{ prose: "" }];
    const after = remedies.map((remedy) => ({
      remedy,
      files: problem.path === "" ? undefined : follow(homelabOf(it), problem, remedy),
    }));
    return { title: it.title, problem, before: homelabOf(it), after };
  }),
);
const followed = ways.flatMap(({ title, problem, before, after }) =>
  after.flatMap(({ remedy, files }) =>
    files === undefined
      ? []
      : [[title, `${problem.message} -> ${remedyText(remedy)}`, problem, before, files] as const],
  ),
);

const told = (files: Files): string[] => check(files).map(({ path, message }) => `${path}: ${message}`);
test.each(followed)("%s: %s", (_, __, problem, before, after) => {
  const others = told(before).filter((it) => it !== `${problem.path}: ${problem.message}`);
  expect(told(after).filter((it) => !others.includes(it))).toEqual([]);
});

test("most have a way out that a program can go", () => {
  expect(new Set(followed.map(([title]) => title)).size).toBeGreaterThan(50);
});
