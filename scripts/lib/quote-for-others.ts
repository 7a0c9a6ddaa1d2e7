import { visit } from "yaml";
import type { Document, Node } from "yaml";
import { isTextHereAlone } from "../../model/yaml/other-readers.js";

/** Puts text into quotes that other programs would read as a number or a date: Pulumi's engine rewrites what it reads. */
export function quoteForOthers(node: Document | Node): void {
  visit(node, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === "string" && (scalar.type ?? "PLAIN") === "PLAIN" && isTextHereAlone(scalar.value)) {
        scalar.type = "QUOTE_DOUBLE";
      }
    },
  });
}
