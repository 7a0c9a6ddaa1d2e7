import { createHash } from "node:crypto";
import { STRANGER } from "./expectations.js";
import { OWNER_TAG, tagOf } from "./tags.js";
import type { Expectation, TailnetModel } from "./types.js";

/** A part of a policy file: for an object entries that begin with a key, for a list elements. */
export interface Section {
  readonly name: string;
  readonly kind: "object" | "list";
  /** Lines, without indentation. */
  readonly lines: readonly string[];
}

/** The homelab's part of a policy file, in the order in which it is written. */
export function sectionsOf(model: TailnetModel): Section[] {
  const { groups, machines, aliases, tags, grants } = model;
  const all: Section[] = [
    {
      name: "groups",
      kind: "object",
      lines: Object.entries(groups).map(([group, people]) => entry(`group:${group}`, people)),
    },
    {
      name: "tagOwners",
      kind: "object",
      // An admin of the tailnet owns every tag; the homelab's owner tag owns those of the hosts.
      lines: [entry(OWNER_TAG, []), ...[...tags, ...machines].map((tag) => entry(tag, [OWNER_TAG]))],
    },
    { name: "hosts", kind: "object", lines: Object.entries(aliases).map(([name, address]) => entry(name, address)) },
    {
      name: "grants",
      kind: "list",
      lines: grants.flatMap(({ from, host, ports, what }) => [
        `// ${host}: ${what}`,
        `${object({ src: from, dst: [tagOf(host)], ip: ports })},`,
      ]),
    },
    { name: "tests", kind: "list", lines: model.testsTravel ? testLines(model) : [] },
    { name: "sshTests", kind: "list", lines: model.testsTravel ? sshTestLines(model) : [] },
  ];
  // Without a list of grants a policy lets everybody reach everything.
  return all.filter(({ name, lines }) => lines.length > 0 || name === "grants");
}

const json = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(json).join(", ")}]` : JSON.stringify(value);

const object = (members: Readonly<Record<string, unknown>>): string =>
  `{${Object.entries(members)
    .map(([key, value]) => `${json(key)}: ${json(value)}`)
    .join(", ")}}`;

const entry = (key: string, value: unknown): string => `${json(key)}: ${json(value)},`;

/** Who can be named in a test: people and tags. Somebody in no group has no name. */
const nameInTests = ({ visitor }: Expectation): string | undefined =>
  visitor.user === undefined ? visitor.tags[0] : visitor.user === STRANGER ? undefined : visitor.user;

/** Expectations by who is named in their test. */
function byName(expectations: readonly Expectation[]): Map<string, Expectation[]> {
  const named = new Map<string, Expectation[]>();
  for (const expectation of expectations) {
    const name = nameInTests(expectation);
    if (name !== undefined) {
      named.set(name, [...(named.get(name) ?? []), expectation]);
    }
  }
  return named;
}

/** For everybody who has a name, what is open and what is shut: a line for each host, which is what changes together. */
function testLines({ expectations, tags }: TailnetModel): string[] {
  return [...byName(expectations)].flatMap(([src, all]) =>
    tags.flatMap((tag) =>
      (["tcp", "udp"] as const).flatMap((proto) => {
        const here = all.filter((it) => tagOf(it.host) === tag && it.protocol === proto);
        const [accept, deny] = [true, false].map((open) =>
          here.filter((it) => it.open === open).map((it) => `${tag}:${it.port}`),
        );
        const lists = { ...(accept?.length && { accept }), ...(deny?.length && { deny }) };
        return here.length === 0 ? [] : [`${object({ src, proto, ...lists })},`];
      }),
    ),
  );
}

/** Tailscale's own SSH is off: nobody logs in by it. */
function sshTestLines({ expectations, tags }: TailnetModel): string[] {
  return [...byName(expectations).keys()].flatMap((src) => {
    const dst = tags.filter((tag) => tag !== src);
    return dst.length === 0 ? [] : [`${object({ src, dst, deny: ["root"] })},`];
  });
}

/** What a text is told by: the first digits of its SHA-256. */
export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);
