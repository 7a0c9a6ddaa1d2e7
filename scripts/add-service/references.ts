import { isMap, visit } from "yaml";
import { partsOf } from "../../model/compose/template.js";
import type { Part } from "../../model/compose/template.js";
import { PROVIDED } from "../../model/config/names.js";
import { isText } from "./context.js";
import type { Context } from "./context.js";
import { dotEnv } from "./env-file.js";
import { isSecret, isSecretName, isSecretValue } from "./looks-secret.js";
import { declareSecret } from "./resources.js";

type Reference = Exclude<Part, string>;

/**
 * Says where the values of variables were until now, and of those that were elsewhere which are secrets by their name. References stay as they are but for TZ, which the program provides
 * where the file does not say it, defaults that are secrets, which are not copied, and $NAME that nothing provides, which
 * becomes ${NAME}.
 */
export function rewriteReferences(context: Context): void {
  const { document } = context;
  const known = dotEnv(context);
  const lines = new Map<string, number>();
  const needed = new Set<string>(); // there is no default everywhere
  visit(document, {
    Scalar: (key, node, path) => {
      if (key === "key" || !isText(node) || !node.value.includes("$") || isOwnNote(path)) {
        return;
      }
      node.value = rewrite(node.value, (reference) => {
        const line = context.lineOf(node);
        lines.set(reference.name, lines.get(reference.name) ?? line);
        if (reference.operator === undefined || reference.operator.endsWith("?")) {
          needed.add(reference.name);
        }
        return referenceFor(context, reference, known, line);
      });
    },
  });
  for (const [name, line] of lines) {
    const value = known.get(name);
    if (value === undefined) {
      if (needed.has(name) && PROVIDED[name] === undefined && isSecretName(name)) {
        declareSecret(
          context,
          name,
          `the value of ${name}, which ${context.file} takes from the shell or a file of variables`,
        );
      }
      continue;
    }
    if (isSecret(name, value) || isSecretName(name) || isSecretValue(value)) {
      declareSecret(context, name, `the value of ${name} in the .env beside ${context.file}`);
    } else {
      const instead =
        PROVIDED[name] === undefined ? "" : `, and is for this project alone what ${PROVIDED[name]} is for others`;
      context.values.set(name, value);
      context.changed.push({ line, text: `\${${name}} came from .env, and is a value of the project${instead}` });
    }
  }
}

/** Where a secret comes from is said in words, not in references. */
const isOwnNote = (path: readonly unknown[]): boolean =>
  path.some((it) => isMap(it) && it.items.some(({ key }) => String(key) === "obtain"));

/** A text with other references. */
function rewrite(text: string, by: (reference: Reference) => string): string {
  const parts = partsOf(text);
  return parts === undefined
    ? text
    : parts
        .map((part) =>
          typeof part === "string"
            ? part.replaceAll("$", "$$$$")
            : by(part.rest === "" ? part : withRest(part, rewrite(part.rest, by))),
        )
        .join("");
}

const withRest = (reference: Reference, rest: string): Reference => ({
  ...reference,
  rest,
  whole: `\${${reference.name}${reference.operator ?? ""}${rest}}`,
});

function referenceFor(
  context: Context,
  { name, operator, rest, whole }: Reference,
  known: ReadonlyMap<string, string>,
  line: number,
): string {
  if (name === "TZ" && !known.has(name) && operator?.endsWith("-") !== true) {
    context.changed.push({ line, text: `${whole}: what homelab:timezone says` });
    return "${TIMEZONE}";
  }
  if (!whole.startsWith("${") && !known.has(name) && PROVIDED[name] === undefined) {
    return `\${${name}}`; // which the check asks for; as $NAME it may be a lone dollar sign as well
  }
  if (operator?.endsWith("-") === true && isSecret(name, rest)) {
    context.changed.push({ line, text: `the default of \${${name}} looks like a secret, and is not copied` });
    const value = known.get(name);
    if (value === undefined || (value === "" && operator === ":-")) {
      declareSecret(context, name, `the default of ${name} in line ${line} of ${context.file}`);
    }
    return `\${${name}}`;
  }
  return whole;
}
