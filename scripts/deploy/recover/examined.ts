import { z } from "zod";
import { GENERATION_LABEL } from "../../../model/labels.js";
import { nameInUrn } from "../../../model/resource-names.js";
import { isSecret, plainOf, secretOf } from "../../lib/secret-values.js";
import type { Fields } from "../../lib/secret-values.js";
import { differencesOf } from "./as-declared.js";
import type { SeenObject, SeenObjects } from "./objects.js";

/** Why containers are not taken over: what is not as declared, by the name of the resource. */
export type Rejected = ReadonlyMap<string, readonly string[]>;

const fields = z.record(z.string(), z.unknown());
const exported = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(z.looseObject({ urn: z.string(), inputs: fields.default({}), outputs: fields.default({}) })),
  }),
});
const labelList = z.array(z.looseObject({ label: z.string() })).default([]);

/**
 * Examines the objects that are new in a state: those that are not as declared are taken out of it, the others get the value
 * of the one label that says nothing, since that is not what is compared.
 *
 * @param state as the engine exports it, with secrets decrypted
 * @param seen the objects that are new in it
 * @returns the state for the engine to import
 */
export function examined(state: string, seen: SeenObjects): { readonly state: string; readonly rejected: Rejected } {
  const { deployment, ...rest } = exported.parse(JSON.parse(state));
  const rejected = new Map<string, readonly string[]>();
  const resources = deployment.resources.flatMap((it) => {
    const name = nameInUrn(it.urn);
    const object = seen.get(name);
    if (object === undefined) {
      return [it];
    }
    const { container } = object;
    const differences = container === undefined ? [] : differencesOf(plainOf(it.inputs) as Fields, container);
    if (differences.length > 0) {
      rejected.set(name, differences);
      return [];
    }
    const [inputs, outputs] = [it.inputs, it.outputs].map((values) => withGeneration(values, object));
    return [{ ...it, inputs, outputs }];
  });
  return { state: JSON.stringify({ ...rest, deployment: { ...deployment, resources } }), rejected };
}

/** Inputs or outputs in which the first label has the value that the host has, if it has one. */
function withGeneration(values: Fields, { labels }: SeenObject): Fields {
  const list = labelList.parse(plainOf(values["labels"])).filter(({ label }) => label !== GENERATION_LABEL);
  const value = labels[GENERATION_LABEL];
  const changed = [...(value === undefined ? [] : [{ label: GENERATION_LABEL, value }]), ...list];
  return { ...values, labels: isSecret(values["labels"]) ? secretOf(changed) : changed };
}
