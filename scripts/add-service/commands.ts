import { isMap, isSeq } from "yaml";
import type { Scalar, YAMLMap } from "yaml";
import { isText } from "./context.js";
import type { Context } from "./context.js";
import { refersToVariable, replaceSecrets, takesSecret } from "./looks-secret.js";
import { declareSecret, secretNameFor } from "./resources.js";

const KEYS = ["command", "entrypoint"];

/** Turns what looks like a secret in a command or a health check into a reference, so that it is not copied. */
export function moveSecretsOfCommands(context: Context, name: string, service: YAMLMap): void {
  const check: unknown = service.get("healthcheck", true);
  const nodes: unknown[] = [
    ...KEYS.map((key): unknown => service.get(key, true)),
    isMap(check) ? check.get("test", true) : null,
  ];
  for (const node of nodes) {
    const words = isSeq(node) ? node.items.filter(isText) : isText(node) ? [node] : [];
    words.forEach((word, i) => {
      moveFrom(context, name, word, isSeq(node) && takesSecret(words[i - 1]?.value ?? ""));
    });
  }
}

function moveFrom(context: Context, name: string, word: Scalar<string>, whole: boolean): void {
  const line = context.lineOf(word);
  const move = (value: string): string => {
    const secret = secretNameFor(context, name, "COMMAND_SECRET", value);
    declareSecret(context, secret, `the value in line ${line} of ${context.file}`);
    context.changed.push({
      line,
      text: `${name}: a secret in line ${line} is now \${${secret}}; its value is not copied`,
    });
    return `\${${secret}}`;
  };
  word.value = whole && !refersToVariable(word.value) ? move(word.value) : replaceSecrets(word.value, move);
}
