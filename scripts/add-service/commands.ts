import { isMap, isSeq } from "yaml";
import type { Scalar, YAMLMap } from "yaml";
import { isText } from "./context.js";
import type { Context } from "./context.js";
import { holdsSecret, isReference, replaceSecrets, takesSecret } from "./looks-secret.js";
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
    const all = isSeq(node) ? words.map(({ value }) => value) : [];
    words.forEach((word, i) => {
      const before = all[i - 1] ?? "";
      moveFrom(context, name, word, takesSecret(before, all) ? before : undefined, holdsSecret(word.value, all));
    });
  }
}

/** @param option whose value the whole word is @param isPassword of -pPASSWORD in one word */
function moveFrom(
  context: Context,
  name: string,
  word: Scalar<string>,
  option: string | undefined,
  isPassword: boolean,
): void {
  const line = context.lineOf(word);
  const where = line > 0 ? `in line ${line} of ${context.file}` : `of ${name}, in a file that ${context.file} names`;
  const written = word.value;
  const move = (value: string): string => {
    const secret = secretNameFor(context, name, "COMMAND_SECRET", value);
    const before = written.slice(0, Math.max(0, written.indexOf(value)));
    const [, own = option] = /(?:^|\s)(--?[\w-]+)[=\s]+["']?$/.exec(before) ?? [];
    declareSecret(context, secret, `the ${own === undefined ? "secret" : `value of ${own}`} ${where}`);
    context.changed.push({ line, text: `${name}: a secret ${where} is now \${${secret}}; its value is not copied` });
    return `\${${secret}}`;
  };
  if (isPassword) {
    word.value = `-p${move(written.slice(2))}`;
  } else {
    word.value = option === undefined || isReference(written) ? replaceSecrets(written, move) : move(written);
  }
}
