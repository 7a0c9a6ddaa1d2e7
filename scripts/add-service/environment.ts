import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { YAMLMap } from "yaml";
import { adopt, entry, isText, keyOf, merged } from "./context.js";
import type { Context } from "./context.js";
import { dotEnv, parseEnvFile } from "./env-file.js";
import { isSecret, isSecretLabel } from "./looks-secret.js";
import { declareSecret, secretNameFor } from "./resources.js";

/** Variables that are set in the shell: the value is the variable's own name. */
const fromShell = (name: string): string => `\${${name}}`;

/** Is it a value that stands in for nothing? */
const isEmpty = (node: unknown): boolean => node === null || (isScalar(node) && node.value === null);

/** Puts the variables of env files under environment:, where what is there already wins. */
export function mergeEnvFiles(context: Context, name: string, service: YAMLMap): void {
  const value: unknown = entry(service, "env_file")?.value ?? merged(context.document, service, "env_file");
  if (value === undefined) {
    return;
  }
  const variables = new Map<string, string>();
  const items: unknown[] = isSeq(value) ? value.items : [value];
  const missing: string[] = [];
  for (const item of items) {
    const file = isMap(item) ? String(item.get("path")) : isScalar(item) ? String(item.value) : "";
    const found = context.look(file);
    const line = context.lineOf(item);
    if (found.kind === "file") {
      parseEnvFile(found.text).forEach((value, key) => variables.set(key, value));
      context.changed.push({ line, text: `${name}: ${file} merged into environment:` });
    } else if (!(isMap(item) && item.get("required") === false)) {
      missing.push(file);
      context.todo.push({
        line,
        text: `${name}: ${file} is not there; write its variables under environment:, and remove env_file:`,
      });
    }
  }
  adopt(context, service, "environment");
  mergeVariables(context, service, variables);
  service.delete("env_file");
  if (missing.length > 0) {
    service.set("env_file", context.document.createNode(missing)); // the check fails until that is done
  }
}

/** What is there already wins. */
function mergeVariables(context: Context, service: YAMLMap, variables: ReadonlyMap<string, string>): void {
  const known = new Set(variablesOf(context, service.get("environment", true)).map(({ key }) => key));
  const added = [...variables].filter(([key]) => !known.has(key));
  const environment: unknown = service.get("environment", true);
  if (isSeq(environment)) {
    added.forEach(([key, value]) => {
      environment.add(context.document.createNode(`${key}=${value}`));
    });
  } else if (isMap(environment)) {
    added.forEach(([key, value]) => {
      environment.set(key, context.document.createNode(value));
    });
  } else if (added.length > 0) {
    const pair = entry(service, "env_file");
    const made = context.document.createNode(Object.fromEntries(added));
    if (pair === undefined) {
      service.set("environment", made);
    } else {
      pair.key = context.document.createNode("environment");
      pair.value = made;
    }
  }
}

/** A variable of a service, in whichever form it is written. */
interface Variable {
  readonly key: string;
  readonly value: string;
  readonly node: unknown;
  readonly set: (value: string) => void;
}

/** Variables of an environment:, and labels, which have the same forms, also those that come by an anchor. One without a value gets it from the configuration. */
function variablesOf(context: Context, environment: unknown): Variable[] {
  if (isAlias(environment)) {
    return variablesOf(context, environment.resolve(context.document));
  }
  if (isSeq(environment)) {
    return environment.items.filter(isText).map((node) => {
      const [key = "", ...rest] = node.value.split("=");
      const set = (value: string): void => {
        node.value = `${key}=${value}`;
      };
      return { key, value: node.value.includes("=") ? rest.join("=") : fromShell(key), node, set };
    });
  }
  if (!isMap(environment)) {
    return [];
  }
  return environment.items.flatMap((pair) => {
    const key = keyOf(pair);
    if (key === "<<") {
      const sources: unknown[] = isSeq(pair.value) ? pair.value.items : [pair.value];
      return sources.flatMap((it) => variablesOf(context, it));
    }
    const node: unknown = pair.value;
    const set = (value: string): void => {
      if (isText(node)) {
        node.value = value;
      } else {
        environment.set(key, value);
      }
    };
    return [{ key, value: isEmpty(node) ? fromShell(key) : isScalar(node) ? String(node.value) : "", node, set }];
  });
}

/** What a file escapes is not escaped in the stack's configuration. */
const dollars = (value: string): string => (value.includes("$$") ? ", with one $ for each $$" : "");

/** Variables that Compose takes from the shell get their value from the configuration. */
export function nameVariables(context: Context, service: YAMLMap): void {
  for (const { key, value, set } of variablesOf(context, service.get("environment", true))) {
    if (value === fromShell(key)) {
      set(value);
    }
  }
}

/** The same for labels. */
export function moveSecretsOfLabels(context: Context, name: string, service: YAMLMap): void {
  for (const { key, value, node, set } of variablesOf(context, service.get("labels", true))) {
    if (isSecretLabel(key, value)) {
      const secret = secretNameFor(context, name, key, value);
      const line = context.lineOf(node);
      set(`\${${secret}}`);
      declareSecret(
        context,
        secret,
        `the value of the label ${key} in line ${line} of ${context.file}${dollars(value)}`,
      );
      const text = `${name}: the label ${key} looks like a secret and is now \${${secret}}; its value is not copied`;
      context.changed.push({ line, text });
    }
  }
}

/**
 * Turns values that look like secrets into `${NAME}`, so that they do not get into the repository, and says in x-secrets
 * where each value is. Equal values become one secret.
 */
export function moveSecrets(context: Context, name: string, service: YAMLMap): void {
  const known = dotEnv(context); // whose names may be referred to already
  for (const { key, value, node, set } of variablesOf(context, service.get("environment", true))) {
    const line = context.lineOf(node);
    if (isSecret(key, value)) {
      const secret = known.get(key) === value ? key : secretNameFor(context, name, key, value);
      context.secrets.set(value, secret);
      set(`\${${secret}}`);
      const where =
        line > 0 ? `in line ${line} of ${context.file}` : `of ${name}, in a file that ${context.file} names`;
      declareSecret(context, secret, `the value of ${key} ${where}, which this file was made from${dollars(value)}`);
      context.changed.push({
        line,
        text: `${name}: ${key} looks like a secret and is now \${${secret}}; its value is not copied`,
      });
    }
  }
}
