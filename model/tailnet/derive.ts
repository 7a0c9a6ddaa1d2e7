import { tailnetSourcesOf } from "../audience.js";
import type { TailnetSource, World } from "../audience.js";
import type { Config } from "../config/settings.js";
import { worldOf } from "../config/world.js";
import { inOrder } from "../firewall/opening.js";
import type { Opening } from "../firewall/opening.js";
import { accessOf, joining } from "./access.js";
import { expectationsOf } from "./expectations.js";
import { isTag, tagOf } from "./tags.js";
import type { Grant, TailnetModel } from "./types.js";

/** What the policy needs to know of a host. */
export interface TailnetHost {
  readonly name: string;
  readonly openings: readonly Opening[];
}

/**
 * The tailnet's policy from what the hosts have open; undefined where the configuration has no homelab:tailnet. What the
 * audiences of no opening name is shut.
 */
export function tailnetOf(hosts: readonly TailnetHost[], config: Config): TailnetModel | undefined {
  const { tailnet } = config;
  if (tailnet === undefined) {
    return undefined;
  }
  const world = worldOf(config);
  const inNameOrder = [...hosts].sort((a, b) => (a.name < b.name ? -1 : 1));
  const groups = Object.fromEntries(
    Object.entries(tailnet.groups)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([group, members]) => [group, [...new Set(members)].sort()]),
  );
  return {
    groups: Object.fromEntries(
      Object.entries(groups)
        .map(([group, members]) => [group, members.filter((it) => !isTag(it))] as const)
        .filter(([, people]) => people.length > 0),
    ),
    machines: [...new Set(Object.values(groups).flat().filter(isTag))].sort(),
    aliases: aliasesIn(inNameOrder, world),
    tags: inNameOrder.map(({ name }) => tagOf(name)),
    grants: inNameOrder.flatMap((host) => grantsOf(host, world)),
    expectations: expectationsOf(inNameOrder, world),
    policy: tailnet.policy,
    overwrite: tailnet.overwrite,
    access: accessOf(config),
    joins: joining(config),
    testsTravel: tailnet.server === undefined,
  };
}

/** By what listens and for whom: the ports of one service for the same people are one grant. */
function grantsOf({ name: host, openings }: TailnetHost, world: World): Grant[] {
  const grants = new Map<string, Grant>();
  for (const { port, protocol, from: audiences, what } of inOrder(openings)) {
    const sources = tailnetSourcesOf(audiences, world).filter((it) => it.kind !== "host" || it.host !== host);
    if (port !== undefined && sources.length > 0) {
      const from = sources.flatMap((it) => selectorsOf(it, world)).sort();
      const key = JSON.stringify([what, from]);
      const ports = [...(grants.get(key)?.ports ?? []), `${protocol}:${port}`];
      grants.set(key, { from, host, ports: [...new Set(ports)], what });
    }
  }
  return [...grants.values()];
}

/** How the policy names somebody. Its groups have people alone. */
function selectorsOf(source: TailnetSource, { tailnet = {} }: World): string[] {
  switch (source.kind) {
    case "people":
      return ["autogroup:member"];
    case "group": {
      const members = tailnet[source.group] ?? [];
      return [...(members.every(isTag) ? [] : [`group:${source.group}`]), ...members.filter(isTag)];
    }
    case "host":
      return [tagOf(source.host)];
    case "subnet":
      return [aliasOf(source) ?? source.subnet];
  }
}

/** A name of the owner's with the address behind it, since one name has one address there: guests-100-64-0-8. */
const aliasOf = ({ name, subnet }: Extract<TailnetSource, { kind: "subnet" }>): string | undefined =>
  name === undefined ? undefined : `${name}-${subnet.replaceAll(/[^0-9a-f]+/g, "-")}`;

function aliasesIn(hosts: readonly TailnetHost[], world: World): Record<string, string> {
  const sources = tailnetSourcesOf(
    hosts.flatMap(({ openings }) => openings.flatMap(({ from }) => from)),
    world,
  );
  const aliases = sources.flatMap((it): [string, string][] => {
    const alias = it.kind === "subnet" ? aliasOf(it) : undefined;
    return alias === undefined || it.kind !== "subnet" ? [] : [[alias, it.subnet]];
  });
  return Object.fromEntries(aliases.sort(([a], [b]) => (a < b ? -1 : 1)));
}
