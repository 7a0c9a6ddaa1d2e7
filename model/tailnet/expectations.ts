import { tailnetSourcesOf } from "../audience.js";
import type { Audience, World } from "../audience.js";
import type { Opening } from "../firewall/opening.js";
import { contains } from "../subnet.js";
import { isTag, tagOf } from "./tags.js";
import type { Expectation, Visitor } from "./types.js";

/** Somebody with a device of his own who is in no group. */
export const STRANGER = "somebody@tailnet.invalid";

interface Host {
  readonly name: string;
  readonly openings: readonly Opening[];
}

/**
 * What has to be open and what shut: every port that is open to anybody anywhere, tried at every host by everybody who
 * can be told apart. Straight from the openings, and so a check of what is derived from them.
 */
export function expectationsOf(hosts: readonly Host[], world: World): Expectation[] {
  const ports = portsOf(hosts);
  return visitorsOf(hosts, world).flatMap((visitor) =>
    hosts
      .filter(({ name }) => !visitor.tags.includes(tagOf(name)))
      .flatMap(({ name: host, openings }) =>
        ports.map(({ protocol, port }) => {
          const audiences = openings
            .filter((it) => it.port === port && it.protocol === protocol)
            .flatMap((it) => it.from);
          return { visitor, host, protocol, port, open: isAmong(visitor, audiences, world) };
        }),
      ),
  );
}

/** Each port once, by number. */
function portsOf(hosts: readonly Host[]): { readonly protocol: "tcp" | "udp"; readonly port: number }[] {
  const all = hosts.flatMap(({ openings }) =>
    openings.flatMap(({ protocol, port }) => (port === undefined ? [] : [{ protocol, port }])),
  );
  const distinct = [...new Map(all.map((it) => [`${it.port}/${it.protocol}`, it])).values()];
  return distinct.sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
}

/** Everybody who can be told apart: people in groups, somebody in none, addresses that have a name, and the hosts. */
function visitorsOf(hosts: readonly Host[], world: World): Visitor[] {
  const { tailnet = {} } = world;
  const members = [...new Set(Object.values(tailnet).flat())].sort();
  const people = members.filter((it) => !isTag(it));
  const audiences = hosts.flatMap(({ openings }) => openings.flatMap(({ from }) => from));
  const addresses = tailnetSourcesOf(audiences, world).flatMap((it) =>
    it.kind === "subnet" ? [it.subnet.replace(/\/.*/, "")] : [],
  );
  const person = (user: string, address?: string): Visitor => ({
    name: address ?? (user === STRANGER ? "anybody on the tailnet" : user),
    user,
    tags: [],
    addresses: address === undefined ? [] : [address],
  });
  return [
    person(STRANGER),
    ...people.map((user) => person(user)),
    ...[...new Set(addresses)].sort().map((address) => person(STRANGER, address)),
    ...members.filter(isTag).map((tag) => ({ name: tag, user: undefined, tags: [tag], addresses: [] })),
    ...hosts.map(({ name }) => ({ name, user: undefined, tags: [tagOf(name)], addresses: [] })),
  ];
}

function isAmong({ user, tags, addresses }: Visitor, audiences: readonly Audience[], world: World): boolean {
  return tailnetSourcesOf(audiences, world).some((source) => {
    switch (source.kind) {
      case "people":
        return user !== undefined;
      case "group":
        return world.tailnet?.[source.group]?.some((it) => it === user || tags.includes(it)) === true;
      case "host":
        return tags.includes(tagOf(source.host));
      case "subnet":
        return addresses.some((it) => contains(source.subnet, it));
    }
  });
}
