/** Of a terminal that shows two files side by side. */
const WIDTH = 100;
const GAP = 2;

/** Lines without a frame, a row each, which fit a terminal: what is too wide is cut short, the last column first. */
export function columnsOf(head: readonly string[], rows: readonly (readonly string[])[], width = WIDTH): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)));
  while (widths.reduce((sum, it) => sum + it + GAP, -GAP) > width) {
    const last = widths.length - 1;
    const canShrink = (widths[last] ?? 0) > (head[last]?.length ?? 0);
    const chosen = canShrink ? last : widths.indexOf(Math.max(...widths));
    widths[chosen] = (widths[chosen] ?? 0) - 1;
  }
  const gap = " ".repeat(GAP);
  return [head, ...rows]
    .map((row) =>
      widths
        .map((it, i) => cutTo(row[i] ?? "", it).padEnd(it))
        .join(gap)
        .trimEnd(),
    )
    .join("\n");
}

const cutTo = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);
