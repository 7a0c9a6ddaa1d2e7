/** Seconds in Go's notation of a duration, in which the provider reads it back: 1m30s, not 90s. */
export function goDuration(seconds: number | undefined): string | undefined {
  if (seconds === undefined) {
    return undefined;
  }
  if (seconds > 0 && seconds < 1) {
    return `${Math.round(seconds * 1000)}ms`;
  }
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${Number((seconds % 60).toFixed(3))}s`;
  return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${rest}`;
}
