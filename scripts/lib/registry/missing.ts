import type { HostModel } from "../../../model/types.js";
import type { Change } from "../plan/plan.js";
import { registryClient, RegistryError } from "./client.js";
import { parseReference } from "./reference.js";

/** An image that a host is to pull. */
interface Wanted {
  readonly host: string;
  readonly reference: string;
  /** undefined where it is the host's own, which is not known here. */
  readonly platform: string | undefined;
}

/** An image that hosts could not pull. */
export interface MissingImage {
  readonly image: string;
  readonly hosts: readonly string[];
  readonly words: string;
}

/** The images that a plan pulls. */
export function imagesOfPlan(changes: readonly Change[], hosts: readonly HostModel[]): Wanted[] {
  return changes
    .filter(({ kind, action }) => kind === "image" && action !== "delete")
    .map(({ host, name }) => {
      const images = hosts.find((it) => it.name === host)?.images ?? [];
      return { host, reference: name, platform: images.find((it) => it.reference === name)?.platform };
    });
}

/**
 * Asks the registries for images before any host does. What a registry does not say, or cannot be asked, is not missing.
 *
 * @param ask fetches; @default the fetch of Node
 */
export async function missingImages(wanted: readonly Wanted[], ask: typeof fetch = fetch): Promise<MissingImage[]> {
  const images = new Map<string, Wanted[]>();
  for (const it of wanted) {
    const key = `${it.reference} ${it.platform ?? ""}`;
    images.set(key, [...(images.get(key) ?? []), it]);
  }
  const found = await Promise.all(
    [...images.values()].map(async ([first, ...others]) => {
      const words = first && (await whyMissing(first, ask));
      const hosts = [first, ...others].flatMap((it) => it?.host ?? []);
      return words === undefined ? [] : [{ image: first?.reference ?? "", hosts, words }];
    }),
  );
  return found.flat();
}

async function whyMissing({ reference, platform }: Wanted, ask: typeof fetch): Promise<string | undefined> {
  const image = parseReference(reference);
  if (image === undefined) {
    return undefined;
  }
  try {
    const platforms = await registryClient(image, ask).platforms(image.digest ?? image.tag);
    const fits = platform === undefined || platforms.some((it) => it === platform || it.startsWith(`${platform}/`));
    return fits || platforms.length === 0
      ? undefined
      : `is not there for ${platform}, but for ${[...new Set(platforms)].filter(isReal).join(", ")}`;
  } catch (error) {
    if (error instanceof RegistryError) {
      return error.missing ? `does not exist at ${image.registry}, or requires an account` : undefined;
    }
    throw error;
  }
}

/** Signatures and the like are listed as images for no platform. */
const isReal = (platform: string): boolean => !platform.startsWith("unknown");

/** What was found, for the terminal. */
export const missingText = ({ image, hosts, words }: MissingImage): string =>
  `${hosts.join(", ")}: image ${image} ${words}`;
