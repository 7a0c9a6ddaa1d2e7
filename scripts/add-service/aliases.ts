import { isMap, isSeq } from "yaml";
import type { YAMLMap } from "yaml";
import { isText, keyOf } from "./context.js";
import type { Context } from "./context.js";

/** Names of the networks that a service is in, in either form; without any it is in the default one. */
export function networksOf(node: unknown): string[] {
  const names = isMap(node)
    ? node.items.map(keyOf)
    : isSeq(node)
      ? node.items.filter(isText).map((it) => it.value)
      : [];
  return names.length === 0 ? ["default"] : names;
}

/** Gives a service another name in a network that it is in. */
export function addAlias({ document }: Context, service: YAMLMap, network: string, alias: string): void {
  const networks: unknown = service.get("networks", true);
  if (!isMap(networks) || networks.items.length === 0) {
    const aliases = networksOf(networks).map((it) => [it, it === network ? { aliases: [alias] } : null] as const);
    service.set("networks", document.createNode(Object.fromEntries(aliases)));
    return;
  }
  const there: unknown = networks.getIn([network, "aliases"], true);
  if (isSeq(there)) {
    there.add(document.createNode(alias));
  } else if (isMap(networks.get(network, true))) {
    networks.setIn([network, "aliases"], document.createNode([alias]));
  } else {
    networks.set(network, document.createNode({ aliases: [alias] }));
  }
}
