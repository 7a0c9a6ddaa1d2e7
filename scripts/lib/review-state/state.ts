import { z } from "zod";
import { isFields, isSecret, mapped, plainOf, secretOf } from "../secret-values.js";
import type { Fields } from "../secret-values.js";

// A state for previews that must not have the passphrase: what is secret in it is what the program makes of the secrets'
// fingerprints. Nothing of a secret's value gets into it, not even of one that is derived, such as a digest.

const fields = z.record(z.string(), z.unknown());

/** What is read of a state; the rest stays as it is. */
const exportedState = z.looseObject({
  deployment: z.looseObject({
    resources: z
      .array(
        z.looseObject({
          urn: z.string(),
          inputs: fields.optional(),
          outputs: fields.optional(),
          initErrors: z.array(z.string()).optional(),
        }),
      )
      .default([]),
  }),
});

/** What is read of an update plan of the engine. */
const updatePlan = z.object({
  resourcePlans: z.record(
    z.string(),
    z.object({
      goal: z
        .object({ inputDiff: z.object({ adds: fields.optional(), updates: fields.optional() }).optional() })
        .nullish(),
    }),
  ),
});

/** Inputs that a program declares otherwise than the state has them, by resource. */
export type DeclaredInputs = ReadonlyMap<string, Fields>;

/** What an update plan says that resources are to be given. @param plan its text, with secrets decrypted */
export function declaredInputs(plan: string): DeclaredInputs {
  const { resourcePlans } = updatePlan.parse(JSON.parse(plan));
  return new Map(
    Object.entries(resourcePlans).map(([urn, { goal }]) => [
      urn,
      { ...goal?.inputDiff?.adds, ...goal?.inputDiff?.updates },
    ]),
  );
}

/**
 * A state without the values of secrets.
 *
 * @param state as the engine exports it, with secrets decrypted
 * @param salt of the passphrase that protects the new state
 * @param declared what the program makes of the fingerprints; a secret that is not in it keeps its shape alone
 * @returns what the engine imports
 */
export function withoutSecrets(state: string, salt: string, declared: DeclaredInputs = new Map()): string {
  const whole = exportedState.parse(JSON.parse(state));
  const resources = whole.deployment.resources.map(({ urn, inputs, outputs, initErrors, ...rest }) => {
    const instead = declared.get(urn);
    return {
      ...rest,
      urn,
      ...(inputs && { inputs: replaced(inputs, instead) }),
      ...(outputs && { outputs: replaced({ ...outputs, ...silenced(outputs) }, instead) }),
      // That there was one is enough for the engine to try again.
      ...(initErrors && { initErrors: initErrors.map(() => "hidden") }),
    };
  });
  return JSON.stringify({
    ...whole,
    deployment: {
      ...whole.deployment,
      resources,
      pending_operations: [], // of a deployment that was killed: they have inputs, too
      secrets_providers: { type: "passphrase", state: { salt } },
    },
  });
}

/** What a command on a host has printed, which a preview does not need. */
const SAID = ["stdout", "stderr"];

const silenced = (outputs: Fields): Fields =>
  Object.fromEntries(SAID.filter((name) => typeof outputs[name] === "string").map((name) => [name, ""]));

/** A value in which each secret is replaced by what is at the same place of another one. */
function replaced(value: unknown, instead: unknown): unknown {
  if (isSecret(value)) {
    return secretOf(instead === undefined ? blank(JSON.parse(value.plaintext)) : plainOf(instead));
  }
  return mapped(value, (it, key) =>
    replaced(it, Array.isArray(instead) ? instead[Number(key)] : isFields(instead) ? instead[key] : undefined),
  );
}

/** The shape of a value, which providers rely on, with nothing in it. */
function blank(value: unknown): unknown {
  const plain = isSecret(value) ? plainOf(value) : value;
  switch (typeof plain) {
    case "string":
      return "";
    case "number":
      return 0;
    case "boolean":
      return false;
    default:
      return mapped(plain, blank);
  }
}
