import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { shellCommand } from "../../hosts/shell.js";

test("what is plain is left as it is", () => {
  expect(shellCommand(["/bin/put-file", "db/etc/pg.conf"])).toBe("/bin/put-file db/etc/pg.conf");
  expect(shellCommand(["/bin/put-file", "a"], "2026-01-01T00:00:00.000Z")).toBe(
    "/bin/put-file a # 2026-01-01T00:00:00.000Z",
  );
});

test.each([
  ["it's", `'it'\\''s'`],
  ["", "''"],
  ["A=b", "'A=b'"],
  ["~root", "'~root'"],
  ["#", "'#'"],
])("%j is quoted", (word, quoted) => {
  expect(shellCommand([word])).toBe(quoted);
});

test("no argument can have a zero byte, and no comment a second line", () => {
  expect(() => shellCommand(["a\0b"])).toThrow("zero byte");
  expect(() => shellCommand(["a"], "b\nreboot")).toThrow("cannot be the comment");
});

const SIGNS = [
  "$(touch X)",
  "`touch X`",
  ";touch X;",
  "\n",
  "'",
  '"',
  "\\",
  "-",
  "#",
  "*",
  "?",
  "!",
  "~",
  "é",
  "\u{1F600}",
];
const word = fc.oneof(
  fc.string({ unit: "binary" }).filter((text) => !text.includes("\0") && !/\p{Surrogate}/u.test(text)),
  fc
    .array(fc.oneof(fc.constantFrom(...SIGNS), fc.string({ maxLength: 3 })), { maxLength: 6 })
    .map((all) => all.join("")),
);

test("a shell makes of it the very words, and runs nothing", () => {
  const folder = mkdtempSync(join(tmpdir(), "shell-"));
  const commands = fc.sample(
    fc.array(
      word.filter((it) => !it.includes("\0")),
      { maxLength: 5 },
    ),
    500,
  );
  // One shell for all, which prints each word with a zero byte behind it, and the end of a command as a word of its own.
  const END = "end of a command";
  const script = commands.map((words) => shellCommand(["printf", "%s\\0", ...words, END])).join("\n");
  const printed = execFileSync("sh", { cwd: folder, input: script, encoding: "utf8" });
  expect(printed).toBe(commands.map((words) => [...words, END].map((it) => `${it}\0`).join("")).join(""));
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
