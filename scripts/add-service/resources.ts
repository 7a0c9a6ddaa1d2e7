import { isMap, isScalar } from "yaml";
import type { Pair } from "yaml";
import { drop, isText, keyOf, mapAt, rootMap, sections } from "./context.js";
import type { Context } from "./context.js";
import { dotEnv, resolved } from "./env-file.js";
import { handOver } from "./lan-networks.js";
import { replaceSecrets } from "./looks-secret.js";

/** Rewrites the networks, volumes and secrets at the top. */
export function rewriteResources(context: Context): void {
  for (const [name, pair] of sections(context, "networks")) {
    rewriteResource(context, "network", name, pair);
    if (isMap(pair.value)) {
      drop(context, pair.value, "attachable", "it is for Swarm");
      if (pair.value.get("driver") === "overlay") {
        drop(context, pair.value, "driver", "overlay is for Swarm, and containers of one host have a bridge");
      }
    }
  }
  for (const [name, pair] of sections(context, "volumes")) {
    rewriteResource(context, "volume", name, pair);
    keepData(context, pair);
  }
  moveSecretsOfOptions(context);
  for (const [, { value, key }] of sections(context, "secrets")) {
    if (isMap(value) && value.get("external") === true) {
      const swarms = typeof value.get("name") === "string" ? String(value.get("name")) : String(key);
      const name = secretNameFor(context, context.name, String(key), `secret ${swarms}`);
      context.changed.push({
        line: context.lineOf(value),
        text: `secret ${String(key)}: from ${name}, no longer Swarm's`,
      });
      value.items = [];
      value.set("environment", name);
      declareSecret(context, name, `the secret ${swarms}, which ${context.file} had from Swarm`);
    }
    if (isMap(value) && value.has("file")) {
      const file = String(value.get("file"));
      const name = secretNameFor(context, context.name, String(key), file);
      context.changed.push({
        line: context.lineOf(value),
        text: `secret ${String(key)}: from ${name}, no longer ${file}`,
      });
      value.delete("file");
      value.set("environment", name);
      declareSecret(context, name, `the content of ${file}, which ${context.file} named`);
    }
  }
}

/** Passwords among the options of a volume, as of SMB. */
function moveSecretsOfOptions(context: Context): void {
  for (const [name, { value }] of sections(context, "volumes")) {
    const options = isMap(value) ? mapAt(value, "driver_opts") : undefined;
    const node: unknown = options?.get("o", true);
    if (isText(node)) {
      node.value = replaceSecrets(node.value, (secret) => {
        const own = secretNameFor(context, name, "PASSWORD", secret);
        const line = context.lineOf(node);
        declareSecret(context, own, `the password in line ${line} of ${context.file}`);
        context.changed.push({ line, text: `volume ${name}: the password is now \${${own}}; its value is not copied` });
        return `\${${own}}`;
      });
    }
  }
}

/**
 * The name of a secret of the project, by what it was called: the same for the same value, and one that the file does not
 * use for something else.
 */
export function secretNameFor({ document, secrets }: Context, owner: string, key: string, value: string): string {
  const known = secrets.get(value);
  if (known !== undefined) {
    return known;
  }
  const upper = (...words: string[]): string =>
    words
      .join("_")
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, "_")
      .replace(/^(?=[0-9])/, "APP_");
  const taken = new Set([...secrets.values(), ...namesIn(document.toString())]);
  const wanted = [upper(key), upper(owner, key), ...[2, 3, 4, 5, 6, 7, 8, 9].map((i) => upper(owner, key, String(i)))];
  const name = wanted.find((it) => !taken.has(it)) ?? upper(owner, key);
  secrets.set(value, name);
  return name;
}

/** Variables that a text refers to. */
const namesIn = (text: string): string[] => [...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = ""]) => name);

/** Says where a secret comes from, in the file's x-secrets. */
export function declareSecret(context: Context, name: string, obtain: string): void {
  const sources = rootMap(context, "x-secrets");
  if (!sources.has(name)) {
    sources.set(name, context.document.createNode({ obtain }));
  }
}

/** What is external is there already, under a name that is said outright. */
function rewriteResource(context: Context, kind: string, name: string, { value, key }: Pair): void {
  if (!isMap(value)) {
    return;
  }
  drop(context, value, "labels", "the program sets its own");
  const command = kind === "network" ? handOver(context, name, value) : undefined;
  const external: unknown = value.get("external", true);
  if (isMap(external)) {
    const named: unknown = external.get("name");
    value.set("external", true);
    value.set("name", typeof named === "string" ? named : name);
  } else if (!isScalar(external) || external.value !== true) {
    return;
  } else if (!value.has("name")) {
    value.set("name", name);
  }
  for (const other of value.items
    .map(keyOf)
    .filter((it) => it !== "external" && it !== "name" && !it.startsWith("x-"))) {
    drop(context, value, other, `the ${kind} is external, and so as it was made`);
  }
  const written = String(value.get("name"));
  const dockers = resolved(written, dotEnv(context)) ?? written;
  const makes = command ?? `docker ${kind} create ${dockers}`;
  const text = `the ${kind} ${dockers} is external: it must be on the host before; ${makes} makes it`;
  context.todo.push({ line: context.lineOf(key), text });
}

/** The data of a volume outlive the service, unless the owner says otherwise. */
function keepData({ document, changed, lineOf }: Context, pair: Pair): void {
  const { value } = pair;
  if (
    isMap(value) ? value.get("external") === true || value.has("x-stateful") : isScalar(value) && value.value !== null
  ) {
    return;
  }
  if (isMap(value)) {
    value.set("x-stateful", true);
  } else {
    pair.value = document.createNode({ "x-stateful": true }, { flow: true });
  }
  changed.push({ line: lineOf(pair.key), text: `volume ${keyOf(pair)}: x-stateful, so its data outlive the service` });
}
