import type { ImageModel, ServiceModel } from "../types.js";

/** The images of some services, each once, by their references. */
export function imagesOf(services: readonly ServiceModel[]): ImageModel[] {
  const images = services.map(({ definition: { image, platform } }) => ({ reference: image, platform }));
  return [...new Map(images.map((image) => [image.reference, image])).values()].sort((a, b) =>
    a.reference < b.reference ? -1 : 1,
  );
}
