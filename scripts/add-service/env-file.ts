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
