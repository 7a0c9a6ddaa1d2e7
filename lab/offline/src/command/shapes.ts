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
  /** Setting or removing it replaces the resource. */
  replaces?: boolean;
}

export interface Fields {
  readonly [name: string]: Field;
}

export interface Failure {
  property: string;
  reason: string;
}

const STRING: Shape = { kind: "string" };
const STRINGS: Shape = { kind: "list", of: STRING };

const endpoint: Fields = {
  host: { shape: STRING, required: true },
  port: { shape: { kind: "number" }, default: 22 },
  user: { shape: STRING, default: "root" },
  password: { shape: STRING, secret: true },
  privateKey: { shape: STRING, secret: true },
  privateKeyPassword: { shape: STRING, secret: true },
  agentSocketPath: { shape: STRING },
  dialErrorLimit: { shape: { kind: "integer" }, default: 10 },
  perDialTimeout: { shape: { kind: "integer" }, default: 15 },
  hostKey: { shape: STRING },
};

const connection: Field = {
  shape: {
    kind: "object",
    fields: {
      ...endpoint,
      proxy: { shape: { kind: "object", fields: endpoint } },
    },
  },
  required: true,
  secret: true,
};

const triggers: Field = {
  shape: { kind: "list", of: { kind: "any" } },
  replaces: true,
};

const commands: Fields = {
  create: { shape: STRING },
  update: { shape: STRING },
  delete: { shape: STRING },
  triggers,
};

const process: Fields = {
  stdin: { shape: STRING },
  logging: { shape: STRING },
  environment: { shape: { kind: "map", of: STRING } },
  addPreviousOutputInEnv: { shape: { kind: "boolean" } },
};

const localProcess: Fields = {
  ...process,
  dir: { shape: STRING },
  interpreter: { shape: STRINGS },
  assetPaths: { shape: STRINGS },
  archivePaths: { shape: STRINGS },
};

export const remoteCommand: Fields = { ...commands, ...process, connection };
export const localCommand: Fields = { ...commands, ...localProcess };
export const localRun: Fields = {
  ...localProcess,
  command: { shape: STRING, required: true },
};
export const copyToRemote: Fields = {
  connection,
  triggers,
  source: { shape: { kind: "blob" }, required: true },
  remotePath: { shape: STRING, required: true },
};

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
