import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { z } from "zod";
import { nameInUrn } from "../../../model/resource-names.js";
import { ACTIONS, isShown, rootOf } from "./plan.js";

// What a preview says, so that it can be compared with what a later one says: which resources it would touch, how, and what
// becomes of the properties that change. Values are digests, and secrets are masked before by the engine.

const step = z.object({
  action: z.enum(["create", "update", "delete", "replace"]),
  /** Digests of the values that properties get, by their names. */
  properties: z.record(z.string(), z.string()),
});
type Step = z.infer<typeof step>;

/** Of a preview, by the names of the resources. */
export const stepsSchema = z.record(z.string(), step);
export type Steps = Readonly<Record<string, Step>>;

/** What a preview would do, resource by resource; the program's own bookkeeping is left out. */
export function stepsOf(events: readonly EngineEvent[]): Steps {
  const steps: Record<string, Step> = {};
  for (const { resourcePreEvent } of events) {
    if (resourcePreEvent === undefined) {
      continue;
    }
    const { metadata } = resourcePreEvent;
    const action = ACTIONS[metadata.op];
    const name = nameInUrn(metadata.urn);
    if (action !== undefined && isShown(name)) {
      // A replacement has several steps, of which not every one says what is different.
      steps[name] = { action, properties: { ...steps[name]?.properties, ...propertiesOf(action, metadata) } };
    }
  }
  return steps;
}

function propertiesOf(
  action: Step["action"],
  { new: now, diffs, detailedDiff }: StepEventMetadata,
): Record<string, string> {
  const inputs: Readonly<Record<string, unknown>> = now?.inputs ?? {};
  const changed = [...(diffs ?? []), ...Object.keys(detailedDiff ?? {})].map(rootOf);
  const names = action === "create" ? Object.keys(inputs) : action === "delete" ? [] : changed;
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, digestOf(inputs[name])]));
}

const DIGITS = 12;
/** What is only there to repeat a resource holds the time of its run: see components/repair.ts. */
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const digestOf = (value: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(sorted(value ?? null)).replaceAll(TIME, ""))
    .digest("hex")
    .slice(0, DIGITS);

/** The same value with the keys of each mapping in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, it]) => [key, sorted(it)]),
      )
    : value;
}

/** What would be done besides what was shown, a line each; empty where it is the same or less. */
export function beyond(shown: Steps, now: Steps): string[] {
  return Object.entries(now).flatMap(([name, { action, properties }]) => {
    const former = shown[name];
    if (former === undefined) {
      return [`${name}: ${action}`];
    }
    // Whoever has agreed to a replacement minds no update.
    if (former.action !== action && !(former.action === "replace" && action === "update")) {
      return [`${name}: ${action}, and the preview has ${former.action}`];
    }
    const others = Object.keys(properties).filter((it) => former.properties[it] !== properties[it]);
    return others.length === 0 ? [] : [`${name}: ${action}, with another ${others.join(", ")} than in the preview`];
  });
}

/** For a comment, which has no room for more. */
export const packed = (steps: Steps): string => gzipSync(JSON.stringify(steps)).toString("base64");

/** @returns undefined if it is not what `packed` makes */
export function unpacked(text: string): Steps | undefined {
  try {
    return stepsSchema.parse(JSON.parse(gunzipSync(Buffer.from(text, "base64")).toString("utf8")));
  } catch {
    return undefined;
  }
}
