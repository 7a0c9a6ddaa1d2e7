/**
 * The variables of an env file as Compose reads it; in single quotes a `$` is itself, so it is doubled. Not dotenv or
 * Node's parseEnv, because neither says in which quotes a value stood.
 */
export function parseEnvFile(text: string): Map<string, string> {
  const variables = new Map<string, string>();
  const line = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\n]*))/gm;
  for (const [, name = "", single, double, plain = ""] of text.matchAll(line)) {
    const value =
      single?.replaceAll("$", "$$$$") ??
      double?.replace(/\\(.)/g, (_, it: string) => ({ n: "\n", t: "\t", r: "\r" })[it] ?? it) ??
      plain.replace(/(^|\s)#.*$/, "").trim();
    variables.set(name, value);
  }
  return variables;
}
