import { createInterface } from "node:readline";
import type { streamOn } from "../../hosts/stream.js";
import { setId } from "../../model/drift/copies.js";
import { HELPER } from "../../model/helper.js";
import type { HostModel } from "../../model/types.js";
import type { PlacedSet } from "../lib/backup-sets.js";

/** How hosts are asked, and told of. */
interface Copying {
  readonly run: typeof streamOn;
  /** Takes a line for the owner. */
  readonly say: (line: string) => void;
}

/**
 * Has the hosts copy, all at once; each goes on with its other sets where one fails.
 *
 * @returns the hosts on which something failed, each with the reason
 */
export async function copyNow(chosen: readonly PlacedSet[], copying: Copying): Promise<string[]> {
  const hosts = [...new Set(chosen.map(({ host }) => host))];
  const ends = await Promise.all(
    hosts.map((host) =>
      copyOn(
        host,
        chosen.filter((it) => it.host === host).map(({ set }) => setId(set)),
        copying,
      ),
    ),
  );
  return ends.flat();
}

async function copyOn(host: HostModel, sets: readonly string[], { run, say }: Copying): Promise<string[]> {
  const stream = run(host, [...HELPER, "backup"], "the copy");
  stream.stdin.end(JSON.stringify({ sets }));
  for await (const line of createInterface({ input: stream.stdout })) {
    say(`${host.name}: ${line}`);
  }
  const why = await stream.ended;
  return why === undefined ? [] : [`${host.name}: ${why}`];
}
