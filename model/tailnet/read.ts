import { parseTree, printParseErrorCode } from "jsonc-parser";
import type { Node, ParseError } from "jsonc-parser";
import { z } from "zod";

// A policy file as far as it decides who reaches what (tailscale.com/kb/1337): HuJSON, that is JSON with comments and with
// commas after the last element.

const texts = z.array(z.string());
const rule = z.looseObject({ src: texts.default([]), dst: texts.default([]) });
const test = z.looseObject({
  src: z.string(),
  proto: z.string().optional(),
  accept: texts.default([]),
  deny: texts.default([]),
});

const policy = z.looseObject({
  groups: z.record(z.string(), texts).default({}),
  hosts: z.record(z.string(), z.string()).default({}),
  tagOwners: z.record(z.string(), texts).default({}),
  grants: z.array(rule.extend({ ip: texts.default([]) })).optional(),
  acls: z.array(rule.extend({ action: z.string().default("accept"), proto: z.string().optional() })).optional(),
  ssh: z.array(z.unknown()).default([]),
  tests: z.array(test).default([]),
});

/** A policy file that was read. */
export type Policy = z.infer<typeof policy>;

/** A policy file, or in which line it is none. */
export type ReadPolicy =
  | { readonly kind: "policy"; readonly policy: Policy; readonly root: Node }
  | { readonly kind: "broken"; readonly line: number; readonly why: string };

/** Reads the text of a policy file. */
export function readPolicy(text: string): ReadPolicy {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const [error] = errors;
  if (error !== undefined || root?.type !== "object") {
    const offset = error?.offset ?? 0;
    const line = text.slice(0, offset).split("\n").length;
    const why = error === undefined ? "it is no object" : printParseErrorCode(error.error);
    return { kind: "broken", line, why };
  }
  const result = policy.safeParse(valueOf(root));
  if (!result.success) {
    const [issue] = result.error.issues;
    return { kind: "broken", line: 1, why: `${(issue?.path ?? []).join(".")}: ${issue?.message ?? "not understood"}` };
  }
  return { kind: "policy", policy: result.data, root };
}

function valueOf(node: Node): unknown {
  switch (node.type) {
    case "object":
      return Object.fromEntries(
        (node.children ?? []).map(({ children: [key, value] = [] }) => [
          String(key?.value),
          value === undefined ? null : valueOf(value),
        ]),
      );
    case "array":
      return (node.children ?? []).map(valueOf);
    default:
      return node.value as unknown;
  }
}
