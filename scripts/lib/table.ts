import Table from "cli-table3";

/** Of a cell: what is longer can hardly be read, and a terminal breaks the lines of a table anywhere. */
const WIDTH = 76;

/** A table for the terminal, of which no cell is wider than can be read. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows.map((row) => row.map((cell) => wrapped(cell))));
  return table.toString();
}

/**
 * A text in lines of at most so many characters, broken between words, and in a word only where it is longer. A command at
 * the end of a line stays whole, since it is there to be copied.
 */
export function wrapped(text: string, width = WIDTH): string {
  const pieces = new RegExp(`(?:npm run|npx|export) .+$|\\S{1,${width}}`, "g");
  const lines = text.split("\n").map((line) => {
    const words = line.match(pieces) ?? [];
    return words.reduce((done, word) => {
      const last = done.length - done.lastIndexOf("\n") - 1;
      return done === "" ? word : last + 1 + word.length > width ? `${done}\n${word}` : `${done} ${word}`;
    }, "");
  });
  return lines.join("\n");
}
