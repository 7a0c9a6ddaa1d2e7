/** What one run took, in seconds. */
export interface Sample {
  readonly wall: number;
  /** Of the command and of all that it started on this machine. */
  readonly cpu: number;
  /** Of the hosts together, where that can be seen. */
  readonly hosts?: number;
}

/** The value in the middle; the lower of two. @throws Error without values */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[(sorted.length - 1) >> 1];
  if (middle === undefined) {
    throw new Error("no values");
  }
  return middle;
}

/** Median and range, as in "2.9 (2.7 to 3.4)". */
export const spread = (values: readonly number[]): string =>
  `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`;

/** A row of a table: what was run, then wall time and CPU, of this machine and of the hosts. */
export function row(name: string, samples: readonly Sample[]): string[] {
  const hosts = samples.flatMap((it) => it.hosts ?? []);
  return [
    name,
    spread(samples.map((it) => it.wall)),
    spread(samples.map((it) => it.cpu)),
    hosts.length === 0 ? "" : spread(hosts),
  ];
}

export const HEADER = ["", "wall, s", "CPU here, s", "CPU of the hosts, s"];

/** As a table of Markdown. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
