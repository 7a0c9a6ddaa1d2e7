import { partsOf } from "../../model/compose/template.js";
import type { Context } from "./context.js";

/** The variables of the .env beside the file, as they are in the end. */
export function dotEnv({ look }: Pick<Context, "look">): ReadonlyMap<string, string> {
  const env = look(".env");
  return env.kind === "file" ? expandEnv(parseEnvFile(env.text)) : new Map();
}

/** A text with what the .env and defaults say in place of references; undefined if one of them is not known. */
export function resolved(text: string, known: ReadonlyMap<string, string>): string | undefined {
  const parts = partsOf(text)?.map((part) => {
    if (typeof part === "string") {
      return part;
    }
    const value = known.get(part.name);
    const byDefault = value === undefined || (value === "" && part.operator === ":-");
    return byDefault && part.operator?.endsWith("-") === true ? resolved(part.rest, known) : value;
  });
  return parts === undefined || parts.includes(undefined) ? undefined : parts.join("");
}

/**
 * The variables of an env file as Compose reads it. Not dotenv or Node's parseEnv, because neither says in which quotes a
 * value is.
 *
 * @param verbatim makes of a value in single quotes, in which `$` is only a character, what Compose would read as the same;
 *   @default each `$` doubled
 */
export function parseEnvFile(
  text: string,
  verbatim = (value: string): string => value.replaceAll("$", "$$$$"),
): Map<string, string> {
  const variables = new Map<string, string>();
  const line = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\n]*))/gm;
  for (const [, name = "", single, double, plain = ""] of text.matchAll(line)) {
    const value =
      (single === undefined ? undefined : verbatim(single)) ??
      double?.replace(/\\(.)/g, (_, it: string) => ({ n: "\n", t: "\t", r: "\r" })[it] ?? it) ??
      plain.replace(/(^|\s)#.*$/, "").trim();
    variables.set(name, value);
  }
  return variables;
}

/**
 * The same with references to variables replaced by what stands before, as Compose does: the values as they are in the end.
 * What nothing says is empty.
 */
function expandEnv(variables: ReadonlyMap<string, string>): Map<string, string> {
  const known = new Map<string, string>();
  const expand = (text: string): string =>
    (partsOf(text) ?? [text])
      .map((part) => {
        if (typeof part === "string") {
          return part;
        }
        const value = known.get(part.name);
        const isThere = value !== undefined && !(part.operator?.startsWith(":") === true && value === "");
        const sign = part.operator?.slice(-1);
        return sign === "+"
          ? isThere
            ? expand(part.rest)
            : ""
          : isThere || sign !== "-"
            ? (value ?? "")
            : expand(part.rest);
      })
      .join("");
  for (const [name, text] of variables) {
    known.set(name, expand(text));
  }
  return known;
}
