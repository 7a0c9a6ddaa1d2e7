import { posix } from "node:path";
import { onHost } from "../../model/services/mounts.js";
import { isMap, isSeq } from "yaml";
import type { YAMLMap } from "yaml";
import { isText, rootMap, sections } from "./context.js";
import type { Context } from "./context.js";
import { dotEnv, resolved } from "./env-file.js";
import { append, freeKey } from "./keys.js";
import { isSecretFile } from "./looks-secret.js";
import { declareSecret, secretNameFor } from "./resources.js";

/** What a service mounts from beside its Compose file. */
interface RelativeBind {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly line: number;
}

const PATH_IN_CONTAINER = /^\/[A-Za-z0-9_./-]+$/;
/** Options for Docker Desktop, which mean nothing on Linux. */
const DESKTOP = /^(cached|delegated|consistent)$/;

/** Turns files that are mounted from beside the Compose file into configs; says what to do about directories. */
export function rewriteVolumes(context: Context, name: string, service: YAMLMap): void {
  const list: unknown = service.get("volumes", true);
  if (!isSeq(list)) {
    return;
  }
  list.items = list.items.filter((item) => {
    withoutDesktopOptions(item);
    withoutDetour(context, item);
    const bind = relativeBind(context, item);
    return bind === undefined || !becomesConfig(context, name, service, bind);
  });
  if (list.items.length === 0) {
    service.delete("volumes");
  }
}

function withoutDesktopOptions(item: unknown): void {
  if (isText(item)) {
    const [source, target, options, ...more] = item.value.split(":");
    const kept = options?.split(",").filter((it) => !DESKTOP.test(it));
    if (options !== undefined && more.length === 0) {
      item.value = [source, target, ...(kept?.length ? [kept.join(",")] : [])].join(":");
    }
  } else if (isMap(item)) {
    item.delete("consistency");
  }
}

/** A path that leaves the file's directory and comes back is one below it. */
function withoutDetour({ directory }: Context, item: unknown): void {
  const detour = `../${directory ?? ""}/`;
  if (directory === undefined) {
    return;
  }
  if (isText(item) && item.value.startsWith(detour)) {
    item.value = `./${item.value.slice(detour.length)}`;
  } else if (isMap(item) && item.get("type") === "bind" && String(item.get("source")).startsWith(detour)) {
    item.set("source", `./${String(item.get("source")).slice(detour.length)}`);
  }
}

function relativeBind(context: Context, item: unknown): RelativeBind | undefined {
  const line = context.lineOf(item);
  const known = dotEnv(context);
  if (isText(item)) {
    const [source = "", target = "", options = ""] = (resolved(item.value, known) ?? item.value).split(":");
    const readOnly = options.split(",").includes("ro");
    return /^[.~]/.test(source) ? { source, target, readOnly, line } : undefined;
  }
  if (!isMap(item) || item.get("type") !== "bind") {
    return undefined;
  }
  const written = String(item.get("source"));
  const source = resolved(written, known) ?? written;
  const readOnly = item.get("read_only") === true;
  return source.startsWith("/") ? undefined : { source, target: String(item.get("target")), readOnly, line };
}

const isInside = (path: string): boolean => !/^(\.\.|~)/.test(path);

/** Whether it is a file that could be taken along. */
function becomesConfig(context: Context, name: string, service: YAMLMap, bind: RelativeBind): boolean {
  const { source, target, line } = bind;
  const found = context.look(source);
  // A file that is further up comes to lie beside the others.
  const path = found.kind === "file" ? posix.normalize(source).replace(/^(\.\.\/)+/, "") : posix.normalize(source);
  if (found.kind !== "file" || path.startsWith("~") || !PATH_IN_CONTAINER.test(target)) {
    if (found.kind === "missing" && isInside(path)) {
      const text = `${name}: ${source}, which is not here, begins as an empty directory, ${onHost(context.name, path)} on the host`;
      context.changed.push({ line, text });
    } else if (found.kind === "directory" && isInside(path)) {
      const folder = onHost(context.name, path);
      context.data.set(path.replace(/\/$/, ""), folder.replace(/\/$/, ""));
      context.changed.push({ line, text: `${name}: ${source} is ${folder} on the host` });
    } else {
      context.todo.push({ line, text: whatToDo(context, name, bind) });
    }
    return false;
  }
  if (isSecretFile(posix.basename(path), found.text)) {
    becomesSecret(context, name, service, bind, path);
    return true;
  }
  const configs = rootMap(context, "configs");
  const known = configs.items.find(({ value }) => isMap(value) && value.get("file") === `./${path}`);
  const wanted = `${context.name}-${path}`.toLowerCase().replace(/[^a-z0-9._-]+/g, "-");
  const key = known === undefined ? freeKey(context, "configs", wanted) : String(known.key);
  if (known === undefined) {
    configs.set(key, context.document.createNode({ file: `./${path}` }, { flow: true }));
    context.files.set(path, found.text);
  }
  append(context, service, "configs", { source: key, target, ...(found.executable && { mode: "0555" }) });
  const writable = bind.readOnly ? "" : "; the container can no longer write to it";
  context.changed.push({ line, text: `${name}: ${source} is copied along and mounted as a config${writable}` });
  return true;
}

/** What nobody should see is delivered as a secret, and not copied. */
function becomesSecret(
  context: Context,
  name: string,
  service: YAMLMap,
  { source, target, line }: RelativeBind,
  path: string,
): void {
  const secret = secretNameFor(context, context.name, posix.basename(path).replace(/^\.+/, ""), `file ${path}`);
  const secrets = rootMap(context, "secrets");
  const known = secrets.items.find(({ value }) => isMap(value) && value.get("environment") === secret);
  const wanted = path
    .toLowerCase()
    .replace(/^[^a-z0-9]+/, "")
    .replace(/[^a-z0-9._-]+/g, "-");
  const key = known === undefined ? freeKey(context, "secrets", wanted) : String(known.key);
  if (known === undefined) {
    secrets.set(key, context.document.createNode({ environment: secret }, { flow: true }));
    declareSecret(context, secret, `the content of ${source}, which ${context.file} mounted`);
  }
  append(context, service, "secrets", { source: key, target });
  const text = `${name}: ${source} looks secret and is now the secret ${secret}, mounted read-only; it is not copied`;
  context.changed.push({ line, text });
}

/** The files of the configs at the top are copied along; one that nobody should see becomes a secret in its content. */
export function copyConfigFiles(context: Context): void {
  for (const [name, { value }] of sections(context, "configs")) {
    const file: unknown = isMap(value) ? value.get("file", true) : undefined;
    const path = isText(file) ? posix.normalize(file.value) : "";
    const found = path === "" || context.files.has(path) ? undefined : context.look(path);
    if (!isMap(value) || !isText(file) || found?.kind !== "file" || !isInside(path) || path.startsWith("/")) {
      continue;
    }
    const line = context.lineOf(file);
    if (isSecretFile(posix.basename(path), found.text)) {
      const secret = secretNameFor(context, context.name, posix.basename(path), `file ${path}`);
      value.delete("file");
      value.set("content", `\${${secret}}`);
      declareSecret(context, secret, `the content of ${file.value}, which ${context.file} named`);
      const text = `config ${name}: ${file.value} looks secret and is now \${${secret}}; it is not copied`;
      context.changed.push({ line, text });
    } else {
      context.files.set(path, found.text);
      context.changed.push({ line, text: `config ${name}: ${file.value} is copied along` });
    }
  }
}

/** What is no text cannot be part of the project, and what lies elsewhere has no place on the host that could be derived. */
function whatToDo({ name: project }: Context, name: string, { source, target }: RelativeBind): string {
  const path = posix.normalize(source);
  return isInside(path)
    ? `${name}: ${source} is a binary file: copy it to the host, and mount it by its absolute path there, ${onHost(project, path)}:${target}`
    : `${name}: ${source} lies outside the file's directory: copy it to the host, and mount it by its absolute path there, /srv/${project}/NAME:${target}`;
}
