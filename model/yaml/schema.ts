import { z } from "zod";
import { unknownKeys } from "./complaint.js";
import { complaintsIn } from "./explain.js";
import type { Located } from "./explain.js";
import type { Problem } from "./problem.js";
import type { Path, Source } from "./source.js";

/**
 * A mapping whose keys are all known: any other key is a problem that names the nearest right one.
 *
 * @param refused keys that people do write here and that this program does not take: why, and what to write instead
 */
export function mapping<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  refused: Readonly<Record<string, string>> = {},
): z.ZodReadonly<z.ZodObject<Shape, z.core.$strict>> {
  // A strict object would name its unknown keys in one issue, which does not say which keys are known.
  const unknown = z.custom(() => false, unknownKeys(Object.keys(shape), refused));
  return (z.object(shape).catchall(unknown) as unknown as z.ZodObject<Shape, z.core.$strict>).readonly();
}

/** A mapping from names of one form to values of one kind. */
export function named<Value extends z.core.$ZodType>(
  name: z.ZodString,
  value: Value,
): z.ZodReadonly<z.ZodRecord<z.ZodString, Value>> {
  return z.record(name, value).readonly();
}

/** What a schema makes of a part of a source; undefined if there are problems, which are then added. */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  source: Source,
  at: Path,
  problems: Problem[],
): z.infer<Schema> | undefined {
  const { data: read, complaints } = complaintsOf(schema, data);
  for (const { path, code, message, remedies } of complaints) {
    problems.push(source.problem([...at, ...path], code, message, ...remedies));
  }
  return read;
}

/** What a schema makes of data; undefined if there are complaints. */
export function complaintsOf<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
): { readonly data: z.infer<Schema> | undefined; readonly complaints: readonly Located[] } {
  const result = schema.safeParse(data, { reportInput: true });
  return result.success
    ? { data: result.data, complaints: [] }
    : { data: undefined, complaints: withoutSlips(complaintsIn(result.error.issues), data) };
}

/** A misspelled key is one mistake: that the right one is missing is not said as well. */
function withoutSlips(complaints: readonly Located[], data: unknown): Located[] {
  const keyOf = (path: Path): string => JSON.stringify(path);
  const meant = new Set(
    complaints.flatMap(({ path, meant: key }) => (key === undefined ? [] : [keyOf([...path.slice(0, -1), key])])),
  );
  return complaints
    .filter(({ code, path }) => code !== "missing-value" || !meant.has(keyOf(path)))
    .map((it) => {
      const { meant: key, path } = it;
      return key !== undefined && isThere(data, [...path.slice(0, -1), key])
        ? { ...it, remedies: [{ prose: `remove it: "${key}" exists as well` }] }
        : it;
    });
}

function isThere(data: unknown, path: Path): boolean {
  let value = data;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
      return false;
    }
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return true;
}
