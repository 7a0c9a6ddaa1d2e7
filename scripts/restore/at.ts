import { UserError } from "../lib/command.js";
import { shortId, timeText } from "../lib/snapshots.js";
import type { Snapshot } from "../lib/snapshots.js";

const ID = /^[0-9a-f]{8,64}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * The copy that the user means.
 *
 * @param at latest; the ID of a copy, or how that begins; or a time, by the clock of this machine where it says no other: the
 *   newest copy that is not after it. A day is its end.
 * @param snapshots those there are, the newest first
 * @throws UserError if there is none, or that is no time
 */
export function snapshotAt(at: string, snapshots: readonly Snapshot[], what: string): Snapshot {
  const [newest] = snapshots;
  if (newest === undefined) {
    throw new UserError(`There is no copy of ${what} yet.`);
  }
  if (at === "latest") {
    return newest;
  }
  const found = ID.test(at)
    ? snapshots.find(({ id }) => id.startsWith(at))
    : snapshots.find(({ time }) => time <= endOf(at));
  if (found === undefined) {
    const known = snapshots.map((it) => `  ${timeText(it.time)}  ${shortId(it)}`);
    throw new UserError(`${what} has no copy "${at}". There are:\n${known.join("\n")}`);
  }
  return found;
}

function endOf(at: string): Date {
  const time = DAY.test(at)
    ? new Date(`${at}T23:59:59.999`)
    : TIME.test(at)
      ? new Date(at.replace(" ", "T"))
      : undefined;
  if (time === undefined || Number.isNaN(time.getTime())) {
    throw new UserError(`"${at}" is no time: write it as in 2026-11-29 or 2026-11-29T14:00, or the ID of a copy.`);
  }
  return time;
}
