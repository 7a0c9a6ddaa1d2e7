import { remedyText } from "../../model/yaml/remedy.js";
import { IN_CONFIGURATION } from "./mistakes/configuration.js";
import { edited, followed, problemsIn, sentenceOf } from "./mistakes/follow.js";
import { FILES, NAS, PI5, STACK } from "./mistakes/homelab.js";
import { BETWEEN_SERVICES } from "./mistakes/references.js";
import { IN_SERVICES } from "./mistakes/services.js";
import { IN_YAML } from "./mistakes/yaml.js";

// The mistakes that people make on their first days: each is told once, at its line, and its hint works when it is followed
// to the letter.

const MISTAKES = { ...IN_CONFIGURATION, ...IN_SERVICES, ...BETWEEN_SERVICES, ...IN_YAML };

test.each(Object.entries(MISTAKES))("%s", (_, { edits, said, hints, follow }) => {
  const files = edits.reduce(edited, FILES);
  const [problem, ...others] = problemsIn(files);
  expect([problem, ...others].map((it) => it && sentenceOf(it))).toEqual([said]);
  expect(problem?.remedies.map(remedyText)).toEqual(hints);
  expect(problem && problemsIn(followed(files, problem, follow))).toEqual([]);
});

test("without a mistake nothing is said", () => {
  expect(problemsIn(FILES)).toEqual([]);
});

test("a role whose Compose file is missing is told at its host", () => {
  const others = Object.fromEntries(Object.entries(FILES).filter(([file]) => file !== NAS));
  expect(problemsIn(others).map((it) => [sentenceOf(it), ...it.remedies.map(remedyText)])).toEqual([
    [
      `${STACK}:8 ${PI5}.role: ${NAS}, a Compose file of pi5, is missing`,
      `get it back from the repository: git checkout -- ${NAS}`,
    ],
  ]);
});
