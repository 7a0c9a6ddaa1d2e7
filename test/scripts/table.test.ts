import { columnsOf } from "../../scripts/lib/columns.js";
import { tableOf, wrapped } from "../../scripts/lib/table.js";

test.each([
  ["", ""],
  ["short", "short"],
  ["one two three", "one two\nthree"],
  ["a\n-> b c", "a\n-> b c"],
  ["1234567890", "12345678\n90"],
  ["ab 1234567890 c", "ab\n12345678\n90 c"],
  ["a:\n  b c defg h", "a:\n  b c\n  defg h"],
  ["if so: npm run forget -- pi", "if so:\nnpm run forget -- pi"],
])("%j", (text, lines) => {
  expect(wrapped(text, 8)).toBe(lines);
});

test("a table stays as wide as can be read, whatever is in it", () => {
  const table = tableOf(
    ["HOST", "NOT DONE"],
    [
      ["pi5", "word ".repeat(200)],
      ["pi4", "x".repeat(400)],
    ],
  );
  expect(Math.max(...table.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(table.match(/word/g)).toHaveLength(200);
});

test("columns have no frame, and fit a terminal: the last is cut short, then the widest", () => {
  const rows = [
    ["pi5", "homepage", "http://192.168.1.100:3000"],
    ["", "x".repeat(120), ""],
  ];
  const [head, first, second] = columnsOf(["HOST", "SERVICE", "WHERE IT IS"], rows).split("\n");
  expect(head).toMatch(/^HOST {2}SERVICE {2,}WHERE IT IS$/);
  expect(first).toMatch(/^pi5 {3}homepage {2,}http:\/\/192…$/);
  expect([first?.length, second]).toEqual([100, `      ${"x".repeat(80)}…`]);
});

test("the last column gives way to the others as long as its title fits", () => {
  const [, row] = columnsOf(["WHERE", "WHO"], [["w".repeat(90), "lan, tailnet"]]).split("\n");
  expect(row).toBe(`${"w".repeat(90)}  lan, ta…`);
});
