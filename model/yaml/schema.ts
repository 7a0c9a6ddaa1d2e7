import { z } from "zod";
import type { ProblemCode } from "./codes.js";
import type { Problem } from "./problem.js";
import { suggest } from "./suggest.js";
import type { Path, Source } from "./source.js";

/** Separates what is wrong from what to write instead, in the error texts of schemas. */
const HINT = " -> ";

/** The key of a strict object that nobody knows, and what may have been meant. */
interface UnknownKey {
  key: string;
  code: ProblemCode;
  message: string;
}

/**
 * A mapping whose keys are all known: any other key is a problem that names the nearest right one.
 *
 * @param refused keys that people do write here and that this program does not take: why, and what to write instead
 */
export function mapping<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  refused: Readonly<Record<string, string>> = {},
): z.ZodReadonly<z.ZodObject<Shape, z.core.$strict>> {
  const known = Object.keys(shape);
  const explain = (key: string): UnknownKey => {
    const reason = Object.hasOwn(refused, key) ? refused[key] : undefined;
    if (reason !== undefined) {
      return { key, code: "unsupported-key", message: `"${key}" is not supported: ${reason}` };
    }
    return { key, code: "unknown-key", message: `unknown key "${key}"${HINT}${suggest(key, known).prose}` };
  };
  return z
    .strictObject(shape, {
      error: (issue) =>
        issue.code === "unrecognized_keys" && Array.isArray(issue["keys"])
          ? JSON.stringify(issue["keys"].filter((key) => typeof key === "string").map(explain))
          : undefined,
    })
    .readonly();
}

/** A mapping from names of one form to values of one kind. */
export function named<Value extends z.core.$ZodType>(
  form: RegExp,
  rule: string,
  value: Value,
): z.ZodReadonly<z.ZodRecord<z.ZodString, Value>> {
  return z.record(z.string().regex(form, { error: rule }), value).readonly();
}

/** What a schema makes of a part of a source; undefined if there are problems, which are then added. */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  source: Source,
  at: Path,
  problems: Problem[],
): z.infer<Schema> | undefined {
  const result = schema.safeParse(data, { reportInput: true });
  if (result.success) {
    return result.data;
  }
  problems.push(...result.error.issues.flatMap((issue) => explainIssue(issue, source, at)));
  return undefined;
}

function explainIssue(issue: z.core.$ZodIssue, source: Source, at: Path): Problem[] {
  const path = [...at, ...issue.path.map((step) => (typeof step === "symbol" ? String(step) : step))];
  switch (issue.code) {
    case "unrecognized_keys":
      return (JSON.parse(issue.message) as UnknownKey[]).map(({ key, code, message }) =>
        split(source, [...path, key], code, message),
      );
    case "invalid_key":
      return issue.issues.map((inner) => split(source, path, "malformed", inner.message));
    case "invalid_union": {
      const fitting = issue.errors.find((branch) => !branch.some(isOfAnotherKind));
      return fitting === undefined
        ? [split(source, path, "malformed", issue.message)]
        : fitting.flatMap((inner) => explainIssue(inner, source, path));
    }
    case "invalid_type":
      return [split(source, path, "wrong-type", typeMessage(issue))];
    default:
      return [split(source, path, "malformed", issue.message)];
  }
}

/** Is it not even the kind of value (text, list, mapping) that this branch of a union takes? */
const isOfAnotherKind = (issue: z.core.$ZodIssue): boolean =>
  issue.path.length === 0 &&
  (issue.code === "invalid_type" ||
    (issue.code === "invalid_union" &&
      issue.errors.length > 0 &&
      issue.errors.every((it) => it.some(isOfAnotherKind))));

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
};

function typeMessage(issue: z.core.$ZodIssueInvalidType): string {
  if (!issue.message.startsWith("Invalid input")) {
    return issue.message;
  }
  if (issue.input === undefined) {
    return "is missing";
  }
  return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}`;
}

function kindOf(value: unknown): string {
  if (value === null) {
    return "empty";
  }
  const kind = Array.isArray(value) ? "array" : typeof value;
  return kind === "boolean" || kind === "number" ? JSON.stringify(value) : (KINDS[kind] ?? kind);
}

function split(source: Source, path: Path, code: ProblemCode, text: string): Problem {
  const [message = text, prose] = text.split(HINT);
  return source.problem(path, code, message, ...(prose === undefined ? [] : [{ prose }]));
}
