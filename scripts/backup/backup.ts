import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { streamOn } from "../../hosts/stream.js";
import { setId } from "../../model/drift/copies.js";
import { HELPER } from "../../model/helper.js";
import type { HostModel } from "../../model/types.js";
import type { PlacedSet } from "../lib/backup-sets.js";

/** How hosts are asked, and told of. */
interface Copying {
  readonly run: typeof streamOn;
  /** Takes a line for the owner: of a success, or of a failure. */
  readonly say: (line: string, to: "stdout" | "stderr") => void;
}

/**
 * Has the hosts copy, all at once; each goes on with its other sets where one fails.
 *
 * @returns the hosts on which something failed; why has been said
 */
export async function copyNow(chosen: readonly PlacedSet[], copying: Copying): Promise<HostModel[]> {
  const hosts = [...new Set(chosen.map(({ host }) => host))];
  const ends = await Promise.all(
    hosts.map(async (host) => {
      const sets = chosen.filter((it) => it.host === host).map(({ set }) => setId(set));
      return { host, copied: await copyOn(host, sets, copying) };
    }),
  );
  return ends.filter(({ copied }) => !copied).map(({ host }) => host);
}

async function copyOn(host: HostModel, sets: readonly string[], { run, say }: Copying): Promise<boolean> {
  const stream = run(host, [...HELPER, "backup"]);
  stream.stdin.end(JSON.stringify({ sets }));
  const tell = async (input: Readable, to: "stdout" | "stderr"): Promise<void> => {
    for await (const line of createInterface({ input })) {
      say(`${host.name}: ${line}`, to);
    }
  };
  await Promise.all([tell(stream.stdout, "stdout"), tell(stream.stderr, "stderr")]);
  return (await stream.ended) === undefined;
}
