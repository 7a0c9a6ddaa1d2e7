import { createHash } from "node:crypto";
import type { Text } from "../text.js";

/** What the helper has on record for a setting that was applied with this input; undefined if secrets are part of it. */
export function digestOf(input: Text): string | undefined {
  return typeof input === "string" ? createHash("sha256").update(input).digest("hex") : undefined;
}
