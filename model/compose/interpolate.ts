import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import type { Remedy } from "../yaml/remedy.js";
import { setSecret } from "./secret-sources.js";
import { closest } from "../yaml/suggest.js";
import type { Path, Source } from "../yaml/source.js";
import { SecretText } from "../text.js";
import type { SecretName, Text } from "../text.js";

/** What `${NAME}` may stand for in a Compose file. */
export interface Scope {
  readonly values: Readonly<Record<string, string>>;
  /** Names of secrets whose values are there; the values themselves are not needed. */
  readonly secrets: readonly string[];
  /** Those of them that the file itself declares: the secret of another service is never meant. */
  readonly own: readonly string[];
  /** Secrets that are known and not set: what to do about each. */
  readonly missing: Readonly<Record<string, Remedy>>;
  /** Names that the program would provide in another homelab: why it does not in this one, and what to do. */
  readonly absent?: Readonly<Record<string, { readonly message: string; readonly remedy: Remedy }>>;
  /** The problem with each value that nothing can work with; @default none */
  readonly placeholders?: Readonly<Record<string, Problem>>;
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

// $$, ${NAME}, ${NAME:-default}, or a $ that is none of them.
const REFERENCE = /\$(?:(\$)|\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|(\{[^}]*\}?)|)/g;

/** Without what is around it: that may be a password. */
const LONE_DOLLAR: readonly Remedy[] = [
  { prose: "write $$ for a dollar sign" },
  { prose: "write ${NAME} for a value of the configuration" },
];

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every value of a document as Compose does; `$$` is a dollar sign. A
 * name that nothing provides is a problem, as is a secret outside the places where a secret may stand.
 */
export function interpolate(source: Source, scope: Scope): Interpolated {
  const found: { path: Path; problem: Problem }[] = [];

  const complain = (path: Path, code: ProblemCode, message: string, ...remedies: readonly Remedy[]): void => {
    found.push({ path, problem: source.problem(path, code, message, ...remedies) });
  };

  const replace = (text: string, path: Path): Text => {
    const parts: (string | SecretName)[] = [];
    let end = 0;
    for (const match of text.matchAll(REFERENCE)) {
      parts.push(text.slice(end, match.index));
      end = match.index + match[0].length;
      const [, dollar, name, fallback, unclear] = match;
      if (dollar !== undefined) {
        parts.push("$");
      } else if (name !== undefined) {
        parts.push(lookUp(name, fallback, path));
      } else if (unclear !== undefined) {
        complain(path, "malformed-reference", "a ${ without a name and a }", {
          prose: "write ${NAME} or ${NAME:-default}; for a dollar sign, write $$",
        });
      } else {
        complain(path, "malformed-reference", "a lone $", ...LONE_DOLLAR);
      }
    }
    parts.push(text.slice(end));
    return join(parts);
  };

  const lookUp = (name: string, fallback: string | undefined, path: Path): string | SecretName => {
    const value = scope.values[name];
    if (value !== undefined) {
      const placeholder = Object.hasOwn(scope.placeholders ?? {}, name) ? scope.placeholders?.[name] : undefined;
      if (placeholder !== undefined) {
        found.push({ path, problem: placeholder });
      }
      return value;
    }
    if (scope.secrets.includes(name)) {
      if (maySecretStand(path)) {
        return { secret: name };
      }
      complain(path, "misplaced-secret", `the secret ${name} is not allowed here`, {
        prose: "put it into an environment value, or into a file by the top-level secrets: or configs.NAME.content",
      });
      return UNKNOWN;
    }
    const remedy = Object.hasOwn(scope.missing, name) ? scope.missing[name] : undefined;
    const absent = Object.hasOwn(scope.absent ?? {}, name) ? scope.absent?.[name] : undefined;
    if (remedy !== undefined) {
      complain(path, "missing-secret", `the secret ${name} is not set`, remedy);
    } else if (fallback === undefined && absent !== undefined) {
      complain(path, "undefined-variable", `nothing provides \${${name}}: ${absent.message}`, absent.remedy);
    } else if (fallback === undefined) {
      const meant = closest(name, [...Object.keys(scope.values), ...scope.own]);
      complain(
        path,
        "undefined-variable",
        `nothing provides \${${name}}`,
        ...(meant === undefined ? [] : [{ prose: `write \${${meant}}` }]),
        ...howToProvide(scope.stack, name, maySecretStand(path)),
      );
    }
    return fallback ?? UNKNOWN;
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

function howToProvide(stack: string, name: string, secret: boolean): Remedy[] {
  const value = `npx pulumi config set --stack ${stack} --path homelab:values.${name} VALUE`;
  return [
    { prose: "set it", command: value },
    ...(secret ? [{ prose: "set it as a secret", command: setSecret(stack, name) }] : []),
  ];
}

/** Environment values and the contents of files: what Docker does not show to everyone as a label or a port. */
function maySecretStand(path: Path): boolean {
  return (
    (path[0] === "services" && path[2] === "environment" && path.length === 4) ||
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
