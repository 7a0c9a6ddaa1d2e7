import { createInterface } from "node:readline";
import type { streamOn } from "../../hosts/stream.js";
import { setId } from "../../model/drift/copies.js";
import { HELPER } from "../../model/helper.js";
import { placeOfSet } from "../lib/backup-sets.js";
import type { PlacedSet } from "../lib/backup-sets.js";
import { UserError } from "../lib/command.js";
import { sizeText } from "../lib/quantity.js";
import { shortId, timeText } from "../lib/snapshots.js";
import type { Snapshot } from "../lib/snapshots.js";

/** What is restored, and where. */
export interface Restoration {
  readonly placed: PlacedSet;
  readonly snapshot: Snapshot;
  /** Folder on the host; undefined for the place that it was copied from. */
  readonly to: string | undefined;
}

/** @throws UserError if that is no folder of a host */
export function checkFolder(to: string | undefined): void {
  if (to !== undefined && !/^\/[^\0-\x1f]+$/.test(to)) {
    throw new UserError(`"${to}" is no folder of the host: write its whole path, as in /srv/restored.`);
  }
}

/** What will happen, before anything does. */
export function describeRestoration({ placed, snapshot, to }: Restoration): string {
  const { host, set } = placed;
  const size = snapshot.bytes === undefined ? "" : `, ${sizeText(snapshot.bytes)}`;
  const head = `${placeOfSet(placed)}, as it was copied at ${timeText(snapshot.time)} (${shortId(snapshot)}${size}):`;
  if (to !== undefined) {
    return `${head}\n  restored into ${to} of ${host.name}; nothing else changes`;
  }
  const replaced = [...set.volumes.map((name) => `volume ${name}`), ...set.folders.map((path) => `folder ${path}`)];
  return [
    head,
    `  replaced: ${replaced.join(", ")}`,
    "  what is there now stays beside it as before-restore, until the next restore",
    `  stopped meanwhile: ${set.stop.length === 0 ? "nothing" : set.stop.join(", ")}`,
  ].join("\n");
}

/**
 * Has the host restore.
 *
 * @param say takes a line for the owner
 * @throws UserError if it fails; then all is as it was
 */
export async function restore(
  { placed: { host, set }, snapshot, to }: Restoration,
  { run, say }: { readonly run: typeof streamOn; readonly say: (line: string) => void },
): Promise<void> {
  const stream = run(host, [...HELPER, "restore"], "the restoration");
  stream.stdin.end(JSON.stringify({ set: setId(set), at: snapshot.id, ...(to !== undefined && { to }) }));
  for await (const line of createInterface({ input: stream.stdout })) {
    say(`${host.name}: ${line}`);
  }
  const why = await stream.ended;
  if (why !== undefined) {
    throw new UserError(`${host.name}: ${why}`);
  }
}
