/** What the table says that is not done on a host; undefined without a row. */
export function notDone(output: string, host: string): string | undefined {
  const rows = output.split("\n").map((line) => line.split("│").map((cell) => cell.trim()));
  const first = rows.findIndex(([, name]) => name === host);
  const end = rows.findIndex(([, name], i) => i > first && name !== "");
  return first === -1
    ? undefined
    : rows
        .slice(first, end === -1 ? undefined : end)
        .map((row) => row[3])
        .join(" ")
        .trim();
}
