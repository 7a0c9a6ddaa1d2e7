import { isMap, isSeq } from "yaml";
import type { YAMLMap } from "yaml";
import { entry, isText, merged } from "./context.js";
import type { Context } from "./context.js";
import { addNames, addTo } from "./merge.js";
import type { Plain } from "./merge.js";

/** Mounts in a service what it takes from another: Compose's volumes_from. */
export function inlineVolumesFrom(context: Context, name: string, service: YAMLMap): void {
  const pair = entry(service, "volumes_from");
  const list: unknown = pair?.value;
  if (pair === undefined || !isSeq(list)) {
    return;
  }
  const left = list.items.filter((item) => !isText(item) || !mountsOf(context, service, item.value));
  if (left.length < list.items.length) {
    const text = `${name}: volumes_from: what it names is under volumes: now, and what an image declares itself is not shared`;
    context.changed.push({ line: context.lineOf(pair.key), text });
  }
  list.items = left;
  if (left.length === 0) {
    service.delete("volumes_from");
  }
}

/** Whether the mounts of another service of the file could be added. */
function mountsOf({ document }: Context, service: YAMLMap, written: string): boolean {
  const [from = "", mode] = written.split(":");
  const other: unknown = document.getIn(["services", from], true);
  const given: unknown = isMap(other) ? (other.get("volumes", true) ?? merged(document, other, "volumes")) : undefined;
  if (!isMap(other) || from === "container") {
    return false;
  }
  const mounts = isSeq(given) ? (given.toJS(document) as unknown[]) : [];
  addTo(document, service, "volumes", mode === "ro" ? mounts.map(readOnly) : mounts);
  addNames(document, service, "depends_on", [from]);
  if (!service.has("depends_on")) {
    service.set("depends_on", document.createNode([from]));
  }
  return true;
}

function readOnly(mount: unknown): unknown {
  if (typeof mount !== "string") {
    return { ...(mount as Plain), read_only: true };
  }
  const [source = "", target, options] = mount.split(/:(?![^{]*\})/);
  const kept = (options ?? "").split(",").filter((it) => it !== "" && it !== "rw" && it !== "ro");
  return target === undefined ? mount : [source, target, [...kept, "ro"].join(",")].join(":");
}
