import { visit } from "yaml";
import { isSecretName } from "./environment.js";
import { isText } from "./context.js";
import type { Context } from "./context.js";
import { parseEnvFile } from "./env-file.js";
import { declareSecret } from "./resources.js";
import { shellCommand } from "../../hosts/shell.js";

// $$, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:?message}, ${NAME?message}, $NAME
const REFERENCE = /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?])([^}]*))?\}|\$([A-Za-z_][A-Za-z0-9_]*)/g;

/** Writes references to variables in the one form that is read, and says where their values were until now. */
export function rewriteReferences(context: Context): void {
  const { document, look } = context;
  const env = look(".env");
  const known = env.kind === "file" ? parseEnvFile(env.text) : new Map<string, string>();
  const lines = new Map<string, number>();
  visit(document, {
    Scalar: (key, node) => {
      if (key === "key" || !isText(node) || !node.value.includes("$")) {
        return;
      }
      node.value = node.value.replace(
        REFERENCE,
        (whole, braced?: string, sign?: string, rest?: string, bare?: string) => {
          const name = braced ?? bare;
          if (name === undefined) {
            return whole;
          }
          if (name === "TZ") {
            return "${TIMEZONE}";
          }
          const upper = name.toUpperCase();
          if (!lines.has(name)) {
            lines.set(name, context.lineOf(node));
          }
          return sign?.endsWith("-") ? `\${${upper}:-${rest ?? ""}}` : `\${${upper}}`;
        },
      );
    },
  });
  for (const [name, line] of lines) {
    const value = known.get(name);
    const upper = name.toUpperCase();
    if (value === undefined) {
      continue;
    }
    if (isSecretName(upper)) {
      declareSecret(context, upper, `the value of ${name} in the .env beside ${context.file}`);
    } else {
      const command = `npx pulumi config set --stack ${context.stack} --path homelab:values.${upper} ${shellCommand([value])}`;
      context.todo.push({ line, text: `\${${upper}} came from .env: ${command}` });
    }
  }
}
