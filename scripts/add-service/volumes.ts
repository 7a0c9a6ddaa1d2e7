import { posix } from "node:path";
import { isMap, isSeq } from "yaml";
import type { YAMLMap } from "yaml";
import { isText, rootMap } from "./context.js";
import type { Context } from "./context.js";
import { append, freeKey } from "./keys.js";

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

function relativeBind({ lineOf }: Context, item: unknown): RelativeBind | undefined {
  const line = lineOf(item);
  if (isText(item)) {
    const [source = "", target = "", options = ""] = item.value.split(":");
    const readOnly = options.split(",").includes("ro");
    return /^[.~]/.test(source) ? { source, target, readOnly, line } : undefined;
  }
  if (!isMap(item) || item.get("type") !== "bind") {
    return undefined;
  }
  const source = String(item.get("source"));
  const readOnly = item.get("read_only") === true;
  return source.startsWith("/") ? undefined : { source, target: String(item.get("target")), readOnly, line };
}

/** Whether it is a file that could be taken along. */
function becomesConfig(context: Context, name: string, service: YAMLMap, bind: RelativeBind): boolean {
  const { source, target, line } = bind;
  const found = context.look(source);
  const path = posix.normalize(source);
  if (found.kind !== "file" || path.startsWith("..") || path.startsWith("~") || !PATH_IN_CONTAINER.test(target)) {
    context.todo.push({ line, text: whatToDo(context, name, bind, found.kind) });
    return false;
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

function whatToDo({ name: project }: Context, name: string, { source, target }: RelativeBind, kind: string): string {
  const folder = `/srv/${project}/${posix.basename(posix.normalize(source)).replace(/^[.~]+/, "") || "data"}`;
  const what = kind === "missing" ? "does not exist here (Docker makes a directory of it)" : `is a ${kind} file`;
  const described =
    kind === "directory" ? "is a directory" : kind === "file" ? "lies outside the file's directory" : what;
  return (
    `${name}: ${source} ${described}, and is not on the host: copy it there (sudo rsync -a) and mount it by an absolute ` +
    `path, ${folder}:${target}; or name a volume, ${posix.basename(folder)}:${target}, for data that may begin empty`
  );
}
