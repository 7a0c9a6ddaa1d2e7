import { z } from "zod";
import { HELPER } from "../../model/helper.js";
import type { PlacedSet } from "./backup-sets.js";
import { UserError } from "./command.js";
import { mustRun } from "./on-host.js";

/** A copy of a set. */
export interface Snapshot {
  /** Restic's name of it, hexadecimal. */
  readonly id: string;
  readonly time: Date;
  /** undefined where restic of the host does not say. */
  readonly bytes: number | undefined;
}

const listing = z.object({
  sets: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(["service", "share"]),
      snapshots: z.array(
        z.object({ id: z.string(), time: z.string().transform((text) => new Date(text)), bytes: z.number().nullish() }),
      ),
    }),
  ),
});

/** A repository may be far away. */
const SECONDS = 300;

/**
 * The copies of a set, the newest first.
 *
 * @throws UserError if the host cannot be reached, or cannot read its repository
 */
export async function snapshotsOf({ host, set }: PlacedSet, stack: string, run = mustRun): Promise<Snapshot[]> {
  const said = listing.safeParse(parsed(await run({ host, stack }, [...HELPER, "snapshots"], SECONDS)));
  if (!said.success) {
    throw new UserError(`${host.name}: the list of its copies cannot be read.`);
  }
  const mine = said.data.sets.find(({ name, kind }) => name === set.name && kind === set.kind);
  return (mine?.snapshots ?? [])
    .map(({ id, time, bytes }) => ({ id, time, bytes: bytes ?? undefined }))
    .sort((a, b) => b.time.getTime() - a.time.getTime());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const SHORT = 8;

/** A copy as the owner names it. */
export const shortId = ({ id }: Snapshot): string => id.slice(0, SHORT);

const two = (number: number): string => String(number).padStart(2, "0");

/** When, by the clock of this machine, as in 2026-11-29 03:00. */
export const timeText = (time: Date): string =>
  `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`;
