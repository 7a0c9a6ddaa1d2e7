import Table from "cli-table3";

/** Of a terminal that shows two files side by side. */
const WIDTH = 100;
const GAP = 2;

/** Lines without a frame, a row each, which fit a terminal: what is too wide is cut short, the last column first. */
export function columnsOf(head: readonly string[], rows: readonly (readonly string[])[], width = WIDTH): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)) + GAP);
  while (widths.reduce((sum, it) => sum + it, -GAP) > width) {
    const last = widths.length - 1;
    const canShrink = (widths[last] ?? 0) > (head[last]?.length ?? 0) + GAP;
    const chosen = canShrink ? last : widths.indexOf(Math.max(...widths));
    widths[chosen] = (widths[chosen] ?? 0) - 1;
  }
  const table = new Table({ chars: NO_FRAME, colWidths: widths, style: { ...STYLE, "padding-right": GAP } });
  table.push([...head], ...rows.map((row) => [...row]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const STYLE = { head: [], border: [], compact: true, "padding-left": 0 };
const NO_FRAME = {
  ...{ top: "", "top-left": "", "top-mid": "", "top-right": "" },
  ...{ bottom: "", "bottom-left": "", "bottom-mid": "", "bottom-right": "" },
  ...{ mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  ...{ left: "", middle: "", right: "" },
};
