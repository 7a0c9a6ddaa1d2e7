import { columnsOf } from "../../scripts/lib/columns.js";
import { tableOf, wrapped } from "../../scripts/lib/table.js";

test.each([
  ["", ""],
  ["short", "short"],
  ["one two three", "one two\nthree"],
  ["a\n-> b c", "a\n-> b c"],
  ["1234567890", "12345678\n90"],
  ["ab 1234567890 c", "ab\n12345678\n90 c"],
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

test("columns have no frame, and fit a terminal: the widest are cut short", () => {
  const rows = [
    ["pi5", "homepage", "http://192.168.1.100:3000"],
    ["", "x".repeat(80), "y".repeat(60)],
  ];
  const [head, first, second] = columnsOf(["HOST", "SERVICE", "WHERE"], rows).split("\n");
  expect(head).toMatch(/^HOST {2}SERVICE {2,}WHERE$/);
  expect(first).toMatch(/^pi5 {3}homepage {2,}http:\/\/192\.168\.1\.100:3000$/);
  expect(second).toMatch(/^ {6}x+… {2}y+…$/);
  expect(second?.length).toBe(100);
});
