import { z } from "zod";
import type { ProblemCode } from "./codes.js";
import type { Remedy } from "./remedy.js";
import { closest, suggest } from "./suggest.js";

/** A problem before it is known where. */
export interface Complaint {
  readonly code: ProblemCode;
  readonly message: string;
  readonly remedies: readonly Remedy[];
  /** Of a key that is unknown: the known one that was meant. */
  readonly meant?: string;
}

/** How a complaint travels through zod, which hands on `params` as they are. */
export interface Refusal {
  readonly error: string;
  readonly params: { readonly complain: (key: string, path: readonly string[]) => Complaint };
}

/** What a check of ours says of a value that it refuses: for `refine`, `custom` and `refuse`. */
export const complaint = (code: ProblemCode, message: string, ...remedies: readonly Remedy[]): Refusal => ({
  error: message,
  params: { complain: () => ({ code, message, remedies }) },
});

/** The same where what to do depends on the key of the value. */
export const complaintAt = (
  code: ProblemCode,
  message: string,
  remedy: (key: string, path: readonly string[]) => Remedy,
): Refusal => ({
  error: message,
  params: { complain: (key, path) => ({ code, message, remedies: [remedy(key, path)] }) },
});

/** Fails a transform. */
export function refuse(context: z.core.ParsePayload, { error, params }: Refusal): never {
  context.issues.push({ code: "custom", message: error, params, input: context.value });
  return z.NEVER;
}

/** What a mapping says of keys that it does not know, and of those that it refuses for a reason. */
export const unknownKeys = (known: readonly string[], refused: Readonly<Record<string, string>>): Refusal => ({
  error: "unknown key",
  params: {
    complain: (key) => {
      const reason = Object.hasOwn(refused, key) ? refused[key] : undefined;
      if (reason !== undefined) {
        return { code: "unsupported-key", message: `"${key}" is not supported: ${reason}`, remedies: [] };
      }
      const meant = closest(key, known);
      return {
        code: "unknown-key",
        message: `unknown key "${key}"`,
        remedies: [suggest(key, known)],
        ...(meant !== undefined && { meant }),
      };
    },
  },
});

/** The complaint of an issue that a check of ours raised. */
export function complaintOf({ params, path, message }: z.core.$ZodIssueCustom): Complaint {
  const { complain } = (params ?? {}) as Partial<Refusal["params"]>;
  return complain?.(String(path.at(-1)), path.map(String)) ?? { code: "malformed", message, remedies: [] };
}

/** A string of a form that a pattern tells. */
export const form = (pattern: RegExp, message: string, ...remedies: readonly Remedy[]): z.ZodString =>
  z
    .string()
    .refine((value) => pattern.test(value), complaint("malformed", message, ...remedies))
    .meta({ pattern: pattern.source }); // for the JSON schemas of scripts/docs
