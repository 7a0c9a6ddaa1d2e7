const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A time in one unit, as in "5 min": a person wants to know how long about. */
export function duration(seconds: number): string {
  if (seconds < 2 * MINUTE) {
    return `${Math.floor(seconds)} s`;
  }
  if (seconds < 2 * HOUR) {
    return `${Math.floor(seconds / MINUTE)} min`;
  }
  return seconds < 2 * DAY ? `${Math.floor(seconds / HOUR)} h` : `${Math.floor(seconds / DAY)} d`;
}

/** As in "1 service" and "2 services". */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** As in "12 MB" and "1.4 GB", by powers of ten. */
export function sizeText(bytes: number): string {
  if (bytes < 1e6) {
    return `${Math.ceil(bytes / 1e3)} KB`;
  }
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
