// The inputs that a resource takes, and how Check holds a program's inputs against them.
import { Blob, isList, isValues, Secret, secret, Unknown } from "./values";
import type { Value, Values } from "./values";

export type Shape =
  | { kind: "string" | "number" | "integer" | "boolean" | "any" | "blob" }
  | { kind: "list" | "map"; of: Shape }
  | { kind: "object"; fields: Fields };

export interface Field {
  shape: Shape;
  required?: boolean;
  /** Always kept secret, whether or not the program marked it. */
  secret?: boolean;
  default?: Value;
  /** Setting or removing it as a whole replaces the resource, or any change in it does. @default none does */
  replaces?: "whole" | "any";
}

export interface Fields {
  readonly [name: string]: Field;
}

export interface Failure {
  property: string;
  reason: string;
}

/** The inputs with defaults and secret marks put in, and what is wrong with them. */
export function check(fields: Fields, inputs: Values): { inputs: Values; failures: Failure[] } {
  const failures: Failure[] = [];
  const checked = checkFields(fields, inputs, "", failures);
  return { inputs: checked, failures };
}

function checkFields(fields: Fields, values: Values, prefix: string, failures: Failure[]): Values {
  const result: { [key: string]: Value } = {};
  for (const [name, value] of Object.entries(values)) {
    const field = fields[name];
    if (name.startsWith("__")) {
      result[name] = value; // the engine's own
    } else if (value === null) {
      continue;
    } else if (!field) {
      failures.push({
        property: prefix + name,
        reason: "there is no such property",
      });
    } else {
      const checked = checkValue(field.shape, value, prefix + name, failures);
      result[name] = field.secret ? secret(checked) : checked;
    }
  }
  for (const [name, field] of Object.entries(fields)) {
    if (result[name] === undefined && field.default !== undefined) {
      result[name] = field.default;
    } else if (field.required && (values[name] ?? null) === null) {
      failures.push({ property: prefix + name, reason: "it is required" });
    }
  }
  return result;
}

/**
 * A failure names the deepest property that it can. That is also for secrecy: the engine prints the
 * value of the property that is named, if it finds one, and it finds only top-level ones.
 */
function checkValue(shape: Shape, value: Value, path: string, failures: Failure[]): Value {
  if (value instanceof Secret) {
    return secret(checkValue(shape, value.value, path, failures));
  }
  if (value instanceof Unknown || shape.kind === "any") {
    return value;
  }
  const wrong = (expected: string): Value => {
    failures.push({
      property: path,
      reason: `it must be ${expected}, not ${describe(value)}`,
    });
    return value;
  };
  switch (shape.kind) {
    case "string":
      return typeof value === "string" ? value : wrong("a string");
    case "number":
      return typeof value === "number" ? value : wrong("a number");
    case "integer":
      return Number.isInteger(value) ? value : wrong("a whole number");
    case "boolean":
      return typeof value === "boolean" ? value : wrong("true or false");
    case "blob":
      return value instanceof Blob ? value : wrong("an asset or an archive");
    case "list":
      return isList(value)
        ? value.map((item, i) => checkValue(shape.of, item, `${path}[${i}]`, failures))
        : wrong("a list");
    case "map":
      return isValues(value)
        ? Object.fromEntries(
            Object.entries(value).map(([k, v]) => [k, checkValue(shape.of, v, `${path}.${k}`, failures)]),
          )
        : wrong("a map");
    case "object":
      return isValues(value) ? checkFields(shape.fields, value, `${path}.`, failures) : wrong("an object");
  }
}

function describe(value: Value): string {
  if (value === null) {
    return "null";
  }
  if (value instanceof Blob) {
    return `an ${value.kind}`;
  }
  return isList(value) ? "a list" : `a value of type ${typeof value}`;
}
