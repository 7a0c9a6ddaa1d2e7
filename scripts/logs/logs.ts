/** What of a log is wanted. */
export interface LogOptions {
  /** How many of the last lines, or all. */
  readonly lines: number | "all";
  /** A time, or how long ago, as Docker reads it: 2026-01-31T08:00:00 or 15m. */
  readonly since?: string;
  /** Go on with what comes. */
  readonly follow?: boolean;
}

/** The command that prints the log of a container. */
export const logCommand = (container: string, { lines, since, follow = false }: LogOptions): string[] => [
  ...["docker", "logs", `--tail=${lines}`],
  ...(since === undefined ? [] : [`--since=${since}`]),
  ...(follow ? ["--follow"] : []),
  container,
];
