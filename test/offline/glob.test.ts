import { globToRegExp } from "../../lab/offline/src/command/glob";

test.each([
  ["*.txt", ["a.txt", ".txt"], ["a/b.txt", "a.txtx"]],
  ["**.txt", ["a.txt", "a/b.txt"], ["a.md"]],
  ["a/**", ["a/b", "a/b/c"], ["a", "b/a"]],
  ["?.md", ["a.md"], ["ab.md", "/.md"]],
  ["[a-c]1", ["a1", "c1"], ["d1", "-1"]],
  ["[!a-c]1", ["d1"], ["a1"]],
  ["{a,b}.{md,txt}", ["a.md", "b.txt"], ["c.md", "a.x"]],
  ["a.b+c(d)", ["a.b+c(d)"], ["axb+c(d)"]],
  ["\\*", ["*"], ["a"]],
  ["a,b}", ["a,b}"], ["a"]],
])("the pattern %s", (pattern, matching, other) => {
  const matches = (file: string): boolean => globToRegExp(pattern).test(file);
  expect(matching.filter(matches)).toEqual(matching);
  expect(other.filter(matches)).toEqual([]);
});

test("a bracket that is never closed is an error", () => {
  expect(() => globToRegExp("a[b")).toThrow("unclosed [");
});
