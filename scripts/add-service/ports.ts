import { isMap, isScalar, isSeq } from "yaml";
import type { YAMLMap, YAMLSeq } from "yaml";
import { ports as portsSchema } from "../../model/compose/ports.js";
import type { ComposePort } from "../../model/compose/ports.js";
import { UserError } from "../lib/command.js";
import type { ServiceAnswers } from "./answers.js";
import { adopt, drop, keepComments, mapAt } from "./context.js";
import type { Context } from "./context.js";

const LONGEST_RANGE = 8;

/**
 * Turns short ports into the long form, where it can be said who may reach them. What is published on the host's own
 * address only is for localhost, as before; for the others it is said only if the owner did. With the host's own network
 * they are what the owner is asked about, and go once that is answered.
 *
 * @param published ports of the host that the owner chose, by port of the container
 */
export function rewritePorts(
  context: Context,
  name: string,
  service: YAMLMap,
  published: ServiceAnswers["ports"] = {},
): void {
  if (service.get("network_mode") === "host" && mapAt(service, "x-homelab")?.has("listens") === true) {
    drop(context, service, "ports", "Docker publishes none with network_mode: host, and x-homelab.listens names them");
    return;
  }
  if (Object.keys(published).length > 0) {
    adopt(context, service, "ports");
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
  for (const [port, number] of Object.entries(published)) {
    publish(context, name, list, port, number);
  }
  stateAudience(context, name, service, list);
}

/** @throws UserError if the service does not have exactly one such port */
function publish({ file }: Context, name: string, { items }: YAMLSeq, port: string, published: number): void {
  const isMeant = (it: unknown): it is YAMLMap => {
    const { target, protocol = "tcp" } = isMap(it) ? (it.toJSON() as { target?: unknown; protocol?: string }) : {};
    return `${String(target)}/${protocol}` === port;
  };
  const [meant, more] = items.filter(isMeant);
  if (meant === undefined || more !== undefined) {
    throw new UserError(`${name} in ${file} has ${meant === undefined ? "no" : "more than one"} port ${port}`);
  }
  meant.set("published", String(published));
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
