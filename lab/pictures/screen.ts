import { Terminal } from "@xterm/headless";
import type { IBufferCell, IBufferLine } from "@xterm/headless";

/** Consecutive characters of a line with the same style. */
export interface Span {
  readonly text: string;
  /** Its width in columns. */
  readonly width: number;
  /** Number in the palette of 16; undefined for the terminal's own. */
  readonly colour: number | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
}

/** The lines that a terminal shows after this output, without trailing blanks and blank lines at the end. */
export async function screenOf(
  sent: string,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Promise<readonly (readonly Span[])[]> {
  const terminal = new Terminal({ rows, cols: columns, scrollback: 10_000, allowProposedApi: true });
  await new Promise<void>((resolve) => {
    terminal.write(sent, resolve);
  });
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, i) => spansOf(active.getLine(i)));
  terminal.dispose();
  return lines.slice(0, lines.findLastIndex((spans) => textOf(spans) !== "") + 1);
}

/** A line as text. */
export const textOf = (spans: readonly Span[]): string => spans.map(({ text }) => text).join("");

function spansOf(line: IBufferLine | undefined): Span[] {
  const end = (line?.translateToString() ?? "").trimEnd().length;
  const spans: Span[] = [];
  for (let x = 0; x < end; x++) {
    const cell = line?.getCell(x);
    const next = cell && spanOf(cell);
    const last = spans.at(-1);
    if (next === undefined || cell?.getWidth() === 0) {
      continue;
    }
    if (last !== undefined && last.colour === next.colour && last.bold === next.bold && last.dim === next.dim) {
      spans[spans.length - 1] = { ...last, text: last.text + next.text, width: last.width + next.width };
    } else {
      spans.push(next);
    }
  }
  return spans;
}

const spanOf = (cell: IBufferCell): Span => ({
  text: cell.getChars() || " ",
  width: cell.getWidth(),
  colour: cell.isFgPalette() && cell.getFgColor() < 16 ? cell.getFgColor() : undefined,
  bold: cell.isBold() !== 0,
  dim: cell.isDim() !== 0,
});
