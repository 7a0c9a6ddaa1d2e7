import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import type { Remedy } from "../yaml/remedy.js";
import { secretId, setSecret, setValue, shareName } from "./names.js";
import { partsOf } from "./template.js";
import type { Part } from "./template.js";
import { closest } from "../yaml/suggest.js";
import type { Path, Source } from "../yaml/source.js";
import { SecretText } from "../text.js";
import type { SecretName, Text } from "../text.js";

/** What is said of a secret that a file refers to, and that is not set. */
export interface MissingSecret {
  readonly message: string;
  readonly remedies: readonly Remedy[];
}

/** What `${NAME}` may stand for in a Compose file. */
export interface Scope {
  readonly values: Readonly<Record<string, string>>;
  /** Secrets whose values are there, by the names that the file has for them; the values themselves are not needed. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Those of them that are the project's own, or that the file declares: the secret of another project is never meant. */
  readonly own: readonly string[];
  /** Secrets that are known and not set. */
  readonly missing: Readonly<Record<string, MissingSecret>>;
  /** Names that the program would provide in another homelab: why it does not in this one, and what to do. */
  readonly absent?: Readonly<Record<string, { readonly message: string; readonly remedy: Remedy }>>;
  /** The problem with each value that nothing can work with; @default none */
  readonly placeholders?: Readonly<Record<string, Problem>>;
  /** Names of the homelab's own that this project does not share. */
  readonly others?: readonly string[];
  /** How many of the homelab's own names it shares. */
  readonly shared?: number;
  /** The project whose names they are; undefined for the homelab. */
  readonly owner?: string | undefined;
  /** Name of the stack, for commands that the owner may run. */
  readonly stack: string;
}

/** In place of what nothing provides: a word that most grammars accept, so that one mistake is reported once. */
const UNKNOWN = "unknown";

/** What came of a document once its `${NAME}` were replaced. */
export interface Interpolated {
  readonly data: unknown;
  readonly problems: readonly { readonly path: Path; readonly problem: Problem }[];
}

/** Without what is around it: that may be a password. */
const LONE_DOLLAR: readonly Remedy[] = [
  { prose: "write $$ for a dollar sign" },
  { prose: "write ${NAME} for a value of the configuration" },
];

/**
 * Replaces `$NAME`, `${NAME}` and `${NAME:-default}` with all of Compose's operators in every value of a document. A name
 * that nothing provides is a problem, where to Compose it is empty; so is a secret outside the places where a secret may
 * stand. A secret that is there is not empty.
 */
export function interpolate(source: Source, scope: Scope): Interpolated {
  const found: { path: Path; problem: Problem }[] = [];

  const complain = (path: Path, code: ProblemCode, message: string, ...remedies: readonly Remedy[]): void => {
    found.push({ path, problem: source.problem(path, code, message, ...remedies) });
  };

  const replace = (text: string, path: Path): Text => {
    const parts = partsOf(text);
    if (parts === undefined) {
      complain(path, "malformed-reference", "a ${ without a name and a }", {
        prose: "write ${NAME} or ${NAME:-default}; for a dollar sign, write $$",
      });
      return UNKNOWN;
    }
    return join(parts.flatMap((part) => (typeof part === "string" ? [part] : partsIn(resolve(part, path)))));
  };

  const resolve = (reference: Reference, path: Path): Text => {
    const { name, operator = "", rest } = reference;
    const value = lookUp(name, path);
    const isThere = value !== undefined && !(operator.startsWith(":") && value === "");
    switch (operator.slice(-1)) {
      case "-":
        return isThere ? value : replace(rest, path);
      case "+":
        return isThere ? replace(rest, path) : "";
      case "?":
        return isThere ? value : unset(reference, path);
      default:
        return value ?? unset(reference, path);
    }
  };

  /** The value of a name; undefined if nothing provides it. */
  const lookUp = (name: string, path: Path): Text | undefined => {
    const value = own(scope.values, name);
    if (value !== undefined) {
      const placeholder = own(scope.placeholders ?? {}, name);
      if (placeholder !== undefined) {
        found.push({ path, problem: placeholder });
      }
      return value;
    }
    const secret = own(scope.secrets, name);
    if (secret !== undefined) {
      if (maySecretStand(path)) {
        return new SecretText([{ secret }]);
      }
      misplaced(name, path);
      return UNKNOWN;
    }
    const missing = own(scope.missing, name);
    if (missing !== undefined && !maySecretStand(path)) {
      misplaced(name, path); // to set it would lead here
      return UNKNOWN;
    }
    if (missing !== undefined) {
      complain(path, "missing-secret", missing.message, ...missing.remedies);
      return UNKNOWN;
    }
    return undefined;
  };

  const misplaced = (name: string, path: Path): void => {
    complain(
      path,
      "misplaced-secret",
      `the secret ${name} is not allowed here`,
      { prose: "put it into an environment value, or into a file by the top-level secrets: or configs.NAME.content" },
      {
        prose: "if everybody may see it, set it as a value, in plain text",
        command: setValue(scope.stack, scope.owner, name),
      },
    );
  };

  /** Nothing provides a name, or it is empty where it may not be. */
  const unset = ({ name, operator, rest, whole }: Reference, path: Path): string => {
    const absent = own(scope.absent ?? {}, name);
    if (absent !== undefined) {
      complain(path, "undefined-variable", `nothing provides \${${name}}: ${absent.message}`, absent.remedy);
      return UNKNOWN;
    }
    if (!whole.startsWith("${")) {
      complain(path, "malformed-reference", "a $ before a name that nothing provides", ...LONE_DOLLAR);
      return UNKNOWN;
    }
    const reason = operator?.endsWith("?") === true && rest !== "" ? `: ${rest}` : "";
    const empty = Object.hasOwn(scope.values, name);
    const meant = empty ? undefined : closest(name, [...Object.keys(scope.values), ...scope.own]);
    complain(
      path,
      "undefined-variable",
      empty ? `\${${name}} is empty${reason}` : `nothing provides \${${name}}${reason}`,
      ...(meant === undefined ? [] : [{ prose: `write \${${meant}}` }]),
      // A value counts before a secret of the same name.
      ...howToProvide(scope, name, maySecretStand(path) && !empty),
    );
    return UNKNOWN;
  };

  const walk = (value: unknown, path: Path): unknown => {
    if (typeof value === "string") {
      return value.includes("$") ? replace(value, path) : value;
    }
    if (Array.isArray(value)) {
      return value.map((item, index) => walk(item, [...path, index]));
    }
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner, [...path, key])]));
    }
    return value;
  };

  return { data: walk(source.data, []), problems: found };
}

type Reference = Exclude<Part, string>;
const own = <Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined;
const partsIn = (text: Text): readonly (string | SecretName)[] => (typeof text === "string" ? [text] : text.parts);

function howToProvide(scope: Scope, name: string, secret: boolean): Remedy[] {
  const { stack, owner, others = [], shared = 0 } = scope;
  const share = owner === undefined || !others.includes(name) ? [] : [shareName(stack, owner, name, shared)];
  return [
    ...share.map((command) => ({ prose: `share the homelab's ${name}`, command })),
    { prose: "set it", command: setValue(stack, owner, name) },
    ...(secret ? [{ prose: "set it as a secret", command: setSecret(stack, secretId(owner, name)) }] : []),
  ];
}

/**
 * Environment values, labels, the contents of files, commands, health checks and options of volumes: what Docker shows to
 * nobody but its own accounts.
 */
function maySecretStand(path: Path): boolean {
  return (
    (path[0] === "services" && (path[2] === "environment" || path[2] === "labels") && path.length === 4) ||
    (path[0] === "services" && path[2] === "command" && path.length <= 4) ||
    (path[0] === "services" && path[2] === "healthcheck" && path[3] === "test" && path.length <= 5) ||
    (path[0] === "volumes" && path[2] === "driver_opts" && path.length === 4) ||
    (path[0] === "configs" && path[2] === "content" && path.length === 3)
  );
}

function join(parts: readonly (string | SecretName)[]): Text {
  const merged: (string | SecretName)[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (typeof part === "string" && (last === undefined || typeof last === "string")) {
      merged[Math.max(merged.length - 1, 0)] = (last ?? "") + part;
    } else if (part !== "") {
      merged.push(part);
    }
  }
  const [only = ""] = merged;
  if (merged.length < 2 && typeof only === "string") {
    return only;
  }
  return new SecretText(merged.filter((part) => part !== ""));
}
