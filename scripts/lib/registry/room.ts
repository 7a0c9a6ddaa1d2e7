import type { ProbeReport } from "../../../model/drift/report.js";
import { plainReference } from "../../../model/drift/missing.js";
import type { Observation } from "../../../model/drift/observation.js";
import type { HostModel } from "../../../model/types.js";
import { registryClient, RegistryError } from "./client.js";
import type { Layer } from "./client.js";
import { sizeText } from "../quantity.js";
import { parseReference } from "./reference.js";

/** Too little room for the images that a host is to pull. */
export interface TightDisk {
  readonly host: string;
  /** Whether they could fit at all. */
  readonly fits: boolean;
  readonly words: string;
}

/** What an image takes once it is unpacked, in sizes of what is pulled: the usual images take two to three. */
const UNPACKED = 3;

/**
 * Compares what a host has yet to pull with the room that it has. An image of which it has another version may share layers with
 * that one, so that it can fill a disk and never be what does not fit. What a registry does not say counts for nothing.
 *
 * @param ask fetches; @default the fetch of Node
 */
export async function tightDisks(
  hosts: readonly HostModel[],
  seen: ReadonlyMap<string, Observation>,
  ask: typeof fetch = fetch,
): Promise<readonly TightDisk[]> {
  const found = await Promise.all(
    hosts.map(async (host) => {
      const observation = seen.get(host.name);
      return observation?.status === "ok" ? await tightDisk(host, observation.report, ask) : undefined;
    }),
  );
  return found.filter((it) => it !== undefined);
}

async function tightDisk(
  { name, images }: Pick<HostModel, "name" | "images">,
  { images: there, imageRoom }: Pick<ProbeReport, "images" | "imageRoom">,
  ask: typeof fetch,
): Promise<TightDisk | undefined> {
  if (there === null || typeof imageRoom !== "number") {
    return undefined;
  }
  const present = new Set(there.map(plainReference));
  const wanted = images.filter(({ reference }) => !present.has(plainReference(reference)));
  const pulled = await Promise.all(
    wanted.map(async ({ reference, platform }) => ({
      isNew: !there.some((it) => nameOf(it) === nameOf(reference)),
      layers: await layersOf(reference, platform, ask),
    })),
  );
  const all = bytesOf(pulled.flatMap(({ layers }) => layers));
  const surely = bytesOf(pulled.flatMap(({ isNew, layers }) => (isNew ? layers : [])));
  if (all * UNPACKED <= imageRoom) {
    return undefined;
  }
  const fits = surely <= imageRoom;
  const [pull, take, free] = [all, all * UNPACKED, imageRoom].map(sizeText);
  return {
    host: name,
    fits,
    words: fits
      ? `the new images (${pull}) take about ${take} once they are unpacked, and ${free} are free`
      : `the new images (${pull}) do not fit: ${free} are free`,
  };
}

const nameOf = (reference: string): string => reference.replace(/(?::[^:/@]+)?(?:@.*)?$/, "");

/** Each layer once, however many images have it. */
const bytesOf = (layers: readonly Layer[]): number =>
  [...new Map(layers.map(({ digest, size: bytes }) => [digest, bytes])).values()].reduce((sum, it) => sum + it, 0);

async function layersOf(reference: string, platform: string | undefined, ask: typeof fetch): Promise<readonly Layer[]> {
  const image = parseReference(reference);
  try {
    return image === undefined ? [] : await registryClient(image, ask).layers(image.digest ?? image.tag, platform);
  } catch (error) {
    if (error instanceof RegistryError) {
      return [];
    }
    throw error;
  }
}
