import { isMap, isNode, visit } from "yaml";
import type { Node } from "yaml";
import { isText, keyOf, mapAt, sections } from "./context.js";
import type { Context } from "./context.js";
import { isSecret, replaceAssigned, withoutSecrets } from "./looks-secret.js";
import { declareSecret, secretNameFor } from "./resources.js";

/** Secrets where no service looks for them: in the content of configs, in options of logging, in what was commented out. */
export function moveOtherSecrets(context: Context): void {
  for (const [name, { value }] of sections(context, "configs")) {
    const content: unknown = isMap(value) ? value.get("content", true) : undefined;
    if (isText(content)) {
      content.value = replaceAssigned(content.value, (key, secret) => {
        return move(context, content, `${key} of the config ${name}`, key, secret);
      });
    }
  }
  for (const [name, { value }] of sections(context, "services")) {
    const logging = isMap(value) ? mapAt(value, "logging") : undefined;
    for (const pair of (logging && mapAt(logging, "options"))?.items ?? []) {
      const key = keyOf(pair);
      if (isText(pair.value) && isSecret(key.replace(/[.-]/g, "_"), pair.value.value)) {
        pair.value.value = move(context, pair.value, `${key} of the logging of ${name}`, key, pair.value.value);
      }
    }
  }
  hideInComments(context);
}

function move(context: Context, node: Node, what: string, key: string, value: string): string {
  const line = context.lineOf(node);
  const secret = secretNameFor(context, context.name, key, value);
  declareSecret(context, secret, `the value of ${what} in ${context.file}`);
  context.changed.push({ line, text: `${what} looks like a secret and is now \${${secret}}; its value is not copied` });
  return `\${${secret}}`;
}

/** What was commented out had a password, too. */
function hideInComments(context: Context): void {
  const { document } = context;
  const hide = (from: { comment?: string | null; commentBefore?: string | null }, node: unknown): void => {
    for (const key of ["comment", "commentBefore"] as const) {
      const comment = from[key];
      const hidden = typeof comment === "string" ? withoutSecrets(comment) : comment;
      if (hidden !== comment) {
        from[key] = hidden ?? null;
        context.changed.push({ line: context.lineOf(node), text: "a secret in a comment here is not copied" });
      }
    }
  };
  hide(document, document.contents);
  visit(document, (_, node) => {
    if (isNode(node)) {
      hide(node, node);
    }
  });
}
