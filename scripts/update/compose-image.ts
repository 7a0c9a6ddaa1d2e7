import { isMap, isScalar, parseDocument } from "yaml";

/**
 * The text of a Compose file in which a service has another image; everything else stays as it is.
 *
 * @returns undefined if the service itself does not say its image, as where that comes from a YAML anchor
 */
export function withImage(text: string, service: string, image: string): string | undefined {
  const definition: unknown = parseDocument(text).getIn(["services", service], true);
  const node: unknown = isMap(definition) ? definition.get("image", true) : undefined;
  if (!isScalar(node) || !node.range) {
    return undefined;
  }
  const [start, end] = node.range;
  const quote = /^["']/.exec(text.slice(start))?.[0] ?? "";
  return `${text.slice(0, start)}${quote}${image}${quote}${text.slice(end)}`;
}
