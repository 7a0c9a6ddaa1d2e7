import { createHash } from "node:crypto";
import { extract } from "tar-stream";
import type { Header } from "tar-stream";

/** What a tar archive holds: for each path its type, mode, owner and content, as one line that can be compared. */
export type Manifest = ReadonlyMap<string, string>;

/** Reads a tar archive as it passes by. */
export interface ManifestReader {
  /** Hands on what it is given, unchanged. */
  readonly tap: (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>;
  /** Once the archive has passed. Rejects where it is none, or cut off. */
  readonly manifest: Promise<Manifest>;
}

/** A reader of one archive. */
export function manifestReader(): ManifestReader {
  const archive = extract();
  const read = async (): Promise<Manifest> => {
    const entries = new Map<string, string>();
    for await (const entry of archive) {
      const digest = createHash("sha256");
      for await (const chunk of entry) {
        digest.update(chunk as Buffer);
      }
      entries.set(entry.header.name, lineOf(entry.header, digest.digest("hex")));
    }
    return entries;
  };
  const manifest = read();
  manifest.catch(() => undefined); // its awaiter sees it too
  const tap = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      if (!archive.write(chunk)) {
        await Promise.race([
          new Promise<void>((resolve) =>
            archive.once("drain", () => {
              resolve();
            }),
          ),
          manifest,
        ]);
      }
      yield chunk;
    }
    archive.end(Buffer.alloc(0));
  };
  return { tap, manifest };
}

const lineOf = ({ type, mode, uid, gid, size, linkname }: Header, digest: string): string =>
  [type, mode.toString(8), `${uid}:${gid}`, ...(type === "file" ? [size, digest] : [linkname])].join(" ");

/** Paths that are not the same in both, in order. */
export const differences = (one: Manifest, other: Manifest): string[] =>
  [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path)).sort();
