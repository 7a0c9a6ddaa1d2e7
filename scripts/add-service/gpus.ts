import { isMap, isSeq } from "yaml";
import type { YAMLMap } from "yaml";
import { adopt, isText } from "./context.js";
import type { Context } from "./context.js";
import { addTo } from "./merge.js";

const VARIABLE = "NVIDIA_DRIVER_CAPABILITIES";
/** What every request for a GPU is for. */
const ANY = new Set(["gpu", "nvidia"]);

/**
 * What else a GPU is to be able to, beside gpu itself, the Docker provider cannot ask for: NVIDIA's container toolkit reads it
 * from a variable, which Docker sets from the request.
 */
export function rewriteGpus(context: Context, name: string, service: YAMLMap): void {
  const reserved: unknown = service.getIn(["deploy", "resources", "reservations", "devices"], true);
  for (const list of [service.get("gpus", true), reserved]) {
    for (const request of isSeq(list) ? list.items.filter(isMap) : []) {
      moveCapabilities(context, name, service, request);
    }
  }
}

function moveCapabilities(context: Context, name: string, service: YAMLMap, request: YAMLMap): void {
  const node: unknown = request.get("capabilities", true);
  const written = isSeq(node) ? node.items.filter(isText).map((it) => it.value) : [];
  const more = written.filter((it) => !ANY.has(it));
  if (!isSeq(node) || more.length === 0 || !written.includes("gpu")) {
    return;
  }
  node.items = [context.document.createNode("gpu")];
  adopt(context, service, "environment");
  addTo(context.document, service, "environment", { [VARIABLE]: more.join(",") });
  context.changed.push({
    line: context.lineOf(node),
    text: `${name}: the capabilities of its GPU beside gpu are in ${VARIABLE} now`,
  });
}
