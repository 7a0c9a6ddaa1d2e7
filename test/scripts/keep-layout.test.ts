import { parseDocument } from "yaml";
import { keepLayout } from "../../scripts/lib/keep-layout.js";

const TEXT = "# of mine\na: [x,  y]\nb: {c:   1} # kept\nd: { e: 2 }\n";

test.each([
  ["a changed line", ["d", "e"], 3, TEXT.replace("e: 2", "e: 3")],
  ["a new line", ["f"], 4, `${TEXT}f: 4\n`],
  ["a new line in the midst", ["b", "g"], 5, TEXT.replace("{c:   1}", "{ c: 1, g: 5 }")],
])("%s leaves all others as they are", (_, path, value, expected) => {
  const document = parseDocument(TEXT);
  document.setIn(path, value);
  expect(keepLayout(TEXT, document)).toBe(expected);
});

test("a line less leaves all others as they are", () => {
  const document = parseDocument(TEXT);
  document.deleteIn(["b"]);
  expect(keepLayout(TEXT, document)).toBe(TEXT.replace(/b:.*\n/, ""));
});
