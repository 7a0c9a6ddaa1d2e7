/** Of a table: a terminal breaks longer lines anywhere. */
const WIDTH = 100;
/** Of a cell beside the last one. */
const SIDE_WIDTH = 30;
const LEAST_WIDTH = 30;
/** Of a cell's borders and padding. */
const FRAME = 3;

/** A table that fits a terminal; the last column is as wide as the others leave room for. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const last = head.length - 1;
  const narrow = [head, ...rows].map((row) => row.slice(0, last).map((cell) => wrapped(cell, SIDE_WIDTH)));
  const widths = head.slice(0, last).map((_, i) => Math.max(...narrow.map((row) => widthOf(row[i] ?? ""))));
  const used = widths.reduce((sum, width) => sum + width + FRAME, 0) + FRAME + 1;
  const room = Math.max(LEAST_WIDTH, WIDTH - used);
  return framed(
    head,
    rows.map((row, i) => [...(narrow[i + 1] ?? []), wrapped(row[last] ?? "", room)]),
  );
}

/**
 * A table as wide as its cells, which may have several lines. Drawn here, since cli-table3 takes a second for a cell of thirty
 * lines and the square of it for more.
 *
 * @param ruled whether there is a rule between the rows
 */
export function framed(head: readonly string[], rows: readonly (readonly string[])[], ruled = true): string {
  const widths = head.map((title, i) => Math.max(...[title, ...rows.map((row) => row[i] ?? "")].map(widthOf)));
  const rule = (left: string, cross: string, right: string): string =>
    left + widths.map((width) => "─".repeat(width + 2)).join(cross) + right;
  const between = rule("├", "┼", "┤");
  const drawn = [head, ...rows].map((row) => linesOf(row, widths));
  return [
    rule("┌", "┬", "┐"),
    ...drawn.flatMap((lines, i) => (i === 0 || !(ruled || i === 1) ? lines : [between, ...lines])),
    rule("└", "┴", "┘"),
  ].join("\n");
}

/** The lines of a row, as many as the highest of its cells has. */
function linesOf(row: readonly string[], widths: readonly number[]): string[] {
  const cells = widths.map((_, i) => (row[i] ?? "").split("\n"));
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, i) => {
    const line = widths.map((width, column) => (cells[column]?.[i] ?? "").padEnd(width));
    return `│ ${line.join(" │ ")} │`;
  });
}

const widthOf = (cell: string): number => Math.max(...cell.split("\n").map((line) => line.length));

/**
 * A text in lines of at most so many characters, broken between words, and in a word only where it is longer. A command at
 * the end of a line stays whole, since it is there to be copied.
 */
export function wrapped(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => wrappedLine(line, width))
    .join("\n");
}

/** What is indented stays so, with all that follows from it. */
function wrappedLine(line: string, width: number): string {
  const indent = /^ */.exec(line)?.[0] ?? "";
  const room = width - indent.length;
  const words = line.match(new RegExp(`(?:npm run|npx|export) .+$|\\S{1,${room}}`, "g")) ?? [];
  const lines = words.reduce((done, word) => {
    const last = done.length - done.lastIndexOf("\n") - 1;
    return done === "" ? word : last + 1 + word.length > room ? `${done}\n${word}` : `${done} ${word}`;
  }, "");
  return indent + lines.replaceAll("\n", `\n${indent}`);
}
