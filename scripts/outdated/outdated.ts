import pLimit from "p-limit";
import type { DeclaredService } from "../../model/services/declared.js";
import { columnsOf } from "../lib/columns.js";
import { counted } from "../lib/quantity.js";
import { newestLike } from "./newer.js";
import { parseReference } from "../lib/registry/reference.js";
import { registryClient, RegistryError } from "../lib/registry/client.js";
import type { RegistryClient } from "../lib/registry/client.js";
import type { ImageReference } from "../lib/registry/reference.js";

/** An image that services use, and what its registry has. */
export interface ImageAge {
  readonly image: string;
  /** Services as HOST/SERVICE. */
  readonly usedBy: readonly string[];
  /** The newest tag of the same kind; null if the one in use is the newest. */
  readonly newer: string | null;
  /** Why nobody knows; absent where somebody does. */
  readonly unknown?: string;
}

const CONCURRENCY = 8;

/**
 * Asks the registries for newer tags of the images in use, side by side.
 *
 * @param client how to ask; @default registryClient
 */
export async function imageAges(
  services: readonly DeclaredService[],
  client: (image: ImageReference) => Pick<RegistryClient, "tags"> = registryClient,
): Promise<ImageAge[]> {
  const images = new Map<string, string[]>();
  for (const { host, service } of services) {
    const { image } = service.definition;
    images.set(image, [...(images.get(image) ?? []), `${host}/${service.name}`]);
  }
  return pLimit(CONCURRENCY).map([...images], async ([image, usedBy]) => ({
    image,
    usedBy,
    ...(await ageOf(image, client)),
  }));
}

async function ageOf(
  image: string,
  client: (image: ImageReference) => Pick<RegistryClient, "tags">,
): Promise<Pick<ImageAge, "newer" | "unknown">> {
  const reference = parseReference(image);
  if (reference === undefined) {
    return { newer: null, unknown: "has no tag" };
  }
  try {
    return { newer: newestLike(reference.tag, await client(reference).tags()) ?? null };
  } catch (error) {
    if (error instanceof RegistryError) {
      return { newer: null, unknown: error.message };
    }
    throw error;
  }
}

/** Some image has a newer tag. */
const OUTDATED = 2;
/** A registry could not be asked. */
const UNKNOWN = 3;

/** What a program is told. */
export const exitCodeOf = (ages: readonly ImageAge[]): number =>
  ages.some(({ unknown }) => unknown !== undefined) ? UNKNOWN : ages.some(({ newer }) => newer !== null) ? OUTDATED : 0;

/** A line for each image that is not the newest, and for each reason why nobody knows. */
export function describeAges(ages: readonly ImageAge[]): string {
  const rows = ages.flatMap(({ image, usedBy, newer }) => (newer === null ? [] : [[image, newer, usedBy.join(", ")]]));
  const unknown = new Map<string, number>();
  for (const { unknown: reason } of ages) {
    if (reason !== undefined) {
      unknown.set(reason, (unknown.get(reason) ?? 0) + 1);
    }
  }
  const reasons = [...unknown].map(([reason, count]) => `${reason}: ${counted(count, "image")} not checked`);
  if (rows.length === 0 && reasons.length === 0) {
    return `All ${ages.length} images are the newest of their kind.`;
  }
  return [...(rows.length === 0 ? [] : [columnsOf(["IMAGE", "NEWER", "USED BY"], rows)]), ...reasons].join("\n");
}
