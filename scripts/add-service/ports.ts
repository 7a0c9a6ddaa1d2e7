import { isMap, isScalar, isSeq } from "yaml";
import type { YAMLMap, YAMLSeq } from "yaml";
import { ports as portsSchema } from "../../model/compose/ports.js";
import type { ComposePort } from "../../model/compose/ports.js";
import { drop, keepComments, mapAt } from "./context.js";
import type { Context } from "./context.js";

const LONGEST_RANGE = 8;

/**
 * Turns short ports into the long form, where it can be said who may reach them. What is published on the host's own
 * address only is for localhost, as before; for the others it is said only if the owner did. With the host's own network
 * they are what the owner is asked about, and go once that is answered.
 */
export function rewritePorts(context: Context, name: string, service: YAMLMap): void {
  if (service.get("network_mode") === "host" && mapAt(service, "x-homelab")?.has("listens") === true) {
    drop(context, service, "ports", "Docker publishes none with network_mode: host, and x-homelab.listens names them");
    return;
  }
  const list: unknown = service.get("ports", true);
  if (!isSeq(list)) {
    return;
  }
  const before = list.items;
  list.items = before.flatMap((item) => (isScalar(item) ? longForms(context, item) : [item]));
  if (list.items.some((item, i) => item !== before[i])) {
    list.flow = false;
    context.changed.push({ line: context.lineOf(before[0]), text: `${name}: ports in the long form` });
  }
  stateAudience(context, name, service, list);
}

/** A port's long forms; the port as it is if it cannot be read yet, or is a long range. */
function longForms(context: Context, item: { value: unknown }): unknown[] {
  const ports = portsSchema.safeParse([item.value]);
  const all = ports.success ? ports.data.flat() : [];
  if (all.length === 0 || all.length > LONGEST_RANGE) {
    return [item];
  }
  return all.map((port, i) => {
    const node = context.document.createNode(longForm(port), { flow: true });
    if (i === 0) {
      keepComments(item, node);
    }
    return node;
  });
}

const longForm = ({ target, published, protocol, hostIp }: ComposePort): object => ({
  target,
  ...(published !== undefined && { published: String(published) }),
  protocol,
  ...(hostIp !== undefined && { host_ip: hostIp }),
  ...(hostIp?.startsWith("127.") && { "x-audience": ["localhost"] }),
});

function stateAudience(context: Context, name: string, service: YAMLMap, list: YAMLSeq): void {
  const { audience, document } = context;
  const stated = mapAt(service, "x-homelab")?.has("audience") === true;
  if (audience.length === 0 || stated) {
    const open = list.items.flatMap((it) => (isMap(it) && !it.has("x-audience") ? [String(it.get("target"))] : []));
    if (open.length > 0 && !stated) {
      const text = `${name}: who may reach ${open.join(", ")}: x-audience: [lan], [lan, tailnet], [role:agent], [localhost] ...`;
      context.unstated.push({ line: context.lineOf(service.get("ports", true)), text });
    }
    return;
  }
  for (const item of list.items) {
    if (isMap(item)) {
      if (!item.has("x-audience")) {
        item.set("x-audience", document.createNode(audience, { flow: true }));
      }
    } else {
      service.setIn(["x-homelab", "audience"], document.createNode(audience, { flow: true }));
    }
  }
}
