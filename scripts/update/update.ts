import type { DeclaredService } from "../../model/services/declared.js";
import { UserError } from "../lib/command.js";
import { newestLike } from "../outdated/newer.js";
import { isTag, parseReference } from "../lib/registry/reference.js";
import type { ImageReference } from "../lib/registry/reference.js";
import { RegistryError } from "../lib/registry/client.js";
import type { RegistryClient } from "../lib/registry/client.js";

/** The image that a service gets. */
export interface NextImage {
  readonly former: string;
  readonly next: string;
  /** Where its changes are written down, if its labels say. */
  readonly changes: string | undefined;
}

/**
 * Chooses the image that a service gets, with a digest where it had one.
 *
 * @param version its tag; @default the newest of the kind of the one in use
 * @returns undefined if the service has the newest already
 * @throws UserError if the image has no tag, or its registry cannot be asked for what has to be known
 */
export async function nextImage(
  { definition: { image } }: DeclaredService["service"],
  version: string | undefined,
  client: (image: ImageReference) => RegistryClient,
): Promise<NextImage | undefined> {
  const reference = parseReference(image);
  if (reference === undefined) {
    throw new UserError(`${image} has no tag: write one in the Compose file.`);
  }
  if (version !== undefined && !isTag(version)) {
    throw new UserError(`"${version}" is not the tag of an image.`);
  }
  const registry = client(reference);
  try {
    const tag = version ?? newestLike(reference.tag, await registry.tags());
    if (tag === undefined || tag === reference.tag) {
      return undefined;
    }
    const digest = reference.digest === undefined ? "" : `@${await registry.digest(tag)}`;
    return { former: image, next: `${reference.name}:${tag}${digest}`, changes: await changesOf(registry, tag) };
  } catch (error) {
    if (error instanceof RegistryError) {
      throw new UserError(`Nothing was changed: ${error.message}.`);
    }
    throw error;
  }
}

/** The page of an image's releases; undefined where it does not say, or the registry does not. */
async function changesOf(registry: RegistryClient, tag: string): Promise<string | undefined> {
  const labels = await registry.labels(tag).catch((error: unknown) => {
    if (error instanceof RegistryError) {
      return {};
    }
    throw error;
  });
  const {
    "org.opencontainers.image.source": source,
    "org.opencontainers.image.url": url,
  }: Partial<Record<string, string>> = labels;
  const page = source ?? url;
  const repository = /^https:\/\/github\.com\/[\w.-]+\/[\w-]+/.exec(page ?? "")?.[0];
  return repository === undefined ? page : `${repository}/releases`;
}

/** Other services whose image is the same but not in the same place of the same file: they are left as they are. */
export const sameImage = (declared: DeclaredService, all: readonly DeclaredService[]): DeclaredService[] =>
  all.filter(
    ({ file, service }) =>
      service.definition.image === declared.service.definition.image &&
      !(file === declared.file && service.key === declared.service.key),
  );

/** What was written, what else may want the same, and where to read what is new. */
export function describeUpdate(
  { former, next, changes }: NextImage,
  { file, service }: DeclaredService,
  others: readonly DeclaredService[],
  twins: readonly DeclaredService[] = [],
): string {
  return [
    `${file}: ${service.key} has ${next}, and had ${former}`,
    ...twins.map((it) => `${it.file}: the same, since it runs once`),
    ...others.map((it) => `still the former one: ${it.host}/${it.service.name} in ${it.file}`),
    ...(changes === undefined ? [] : [`what is new: ${changes}`]),
  ].join("\n");
}
