import fc from "fast-check";
import { quoted } from "./quoted.js";
import { buildHomelab } from "../../model/build.js";
import { reaches } from "../../model/tailnet/evaluate.js";
import type { TailnetModel, Visitor } from "../../model/tailnet/types.js";
import { HOST_KEY } from "./declare.js";
import { policyOf, textOf } from "./tailnet-policy.js";

// Whatever is declared: who is let in is who was named, and nobody else.

const AUDIENCES = [
  "lan",
  "tailnet",
  "tailnet:a",
  "tailnet:b",
  "host:h1",
  "host:h2",
  "role:agent",
  "phone",
  "containers",
];
const PEOPLE: Readonly<Record<string, readonly string[]>> = { a: ["u1@x.y", "u2@x.y"], b: ["u2@x.y", "u3@x.y"] };

/** Everybody who may knock, and which audiences each is part of by the words of the glossary. */
const KNOCKING: readonly (Visitor & { readonly is: readonly string[] })[] = [
  { name: "a stranger", user: "who@else", tags: [], addresses: [], is: ["tailnet"] },
  { name: "u1", user: "u1@x.y", tags: [], addresses: [], is: ["tailnet", "tailnet:a"] },
  { name: "u2", user: "u2@x.y", tags: [], addresses: [], is: ["tailnet", "tailnet:a", "tailnet:b"] },
  { name: "a phone", user: "who@else", tags: [], addresses: ["100.70.1.7"], is: ["tailnet", "phone"] },
  { name: "h1", user: undefined, tags: ["tag:homelab-h1"], addresses: [], is: ["host:h1"] },
  { name: "h2", user: undefined, tags: ["tag:homelab-h2"], addresses: [], is: ["host:h2", "role:agent"] },
  { name: "h3", user: undefined, tags: ["tag:homelab-h3"], addresses: [], is: ["role:agent"] },
  { name: "a machine of somebody else's", user: undefined, tags: ["tag:other"], addresses: [], is: [] },
];

const ports = fc.uniqueArray(
  fc.record({
    port: fc.integer({ min: 1000, max: 1005 }),
    protocol: fc.constantFrom("tcp" as const, "udp" as const),
    audience: fc.uniqueArray(fc.constantFrom(...AUDIENCES), { minLength: 1, maxLength: 3 }),
  }),
  { selector: ({ port, protocol }) => `${port}/${protocol}`, maxLength: 5 },
);
const homelabs = fc.tuple(ports, ports, ports);
type Ports = readonly { readonly port: number; readonly protocol: "tcp" | "udp"; readonly audience: string[] }[];

function tailnetWith(all: readonly Ports[]): TailnetModel {
  const host = (i: number): object => ({
    address: `192.168.1.${i}`,
    hostKey: HOST_KEY,
    services: [`my/h${i}.yaml`],
    ...(i > 1 && { role: "agent" }),
  });
  const config = {
    "homelab:domain": "example.org",
    "homelab:lan": { subnet: "192.168.1.0/24" },
    "homelab:hosts": Object.fromEntries([1, 2, 3].map((i) => [`h${i}`, host(i)])),
    "homelab:audiences": { phone: "100.70.1.7" },
    "homelab:tailnet": { groups: PEOPLE },
    "homelab:admin": { from: ["tailnet:a"] },
  };
  const { tailnet } = buildHomelab("test", (file) => {
    const [, number] = /^my\/h(\d)\.yaml$/.exec(file) ?? [];
    if (number === undefined) {
      return { text: quoted(file.startsWith("stacks/") ? { services: {} } : { config }) };
    }
    const listed = (all[Number(number) - 1] ?? []).map(({ port, protocol, audience }) => ({
      ...{ target: 80, published: String(port), protocol },
      "x-audience": audience,
    }));
    return { text: quoted({ services: { [`s${number}`]: { image: "a:1", ports: listed } } }) };
  });
  return tailnet as TailnetModel;
}

/** Every port of every host, also one that is open nowhere. */
const PLACES = [1, 2, 3].flatMap((i) =>
  [22, 1000, 1001, 1002, 1003, 1004, 1005, 5432].flatMap((port) =>
    (["tcp", "udp"] as const).map((protocol) => ({ host: `h${i}`, port, protocol })),
  ),
);

/** Who is named at a port, if anything is there. */
const audienceOf = ({ host, port, protocol }: (typeof PLACES)[number], all: readonly Ports[]): readonly string[] =>
  port === 22 && protocol === "tcp"
    ? ["tailnet:a"]
    : (all[Number(host.slice(1)) - 1] ?? [])
        .filter((it) => it.port === port && it.protocol === protocol)
        .flatMap(({ audience }) => audience);

const isNamed = ({ is }: (typeof KNOCKING)[number], audience: readonly string[]): boolean =>
  is.some((it) => audience.includes(it));

test("who reaches a port by the policy is named by its opening, and the other way round", () => {
  fc.assert(
    fc.property(homelabs, (all) => {
      const policy = policyOf(textOf(tailnetWith(all)));
      const wrong = PLACES.flatMap((place) =>
        KNOCKING.filter(
          (visitor) =>
            visitor.name !== place.host && reaches(policy, visitor, place) !== isNamed(visitor, audienceOf(place, all)),
        ).map(({ name }) => [name, place]),
      );
      expect(wrong).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

test("the tests in the policy say the same as its grants, for everybody who has a name there", () => {
  fc.assert(
    fc.property(homelabs, (all) => {
      const policy = policyOf(textOf(tailnetWith(all)));
      const names = policy.tests.map(({ src }) => src);
      expect([...new Set(names)].sort()).toEqual(
        ["tag:homelab-h1", "tag:homelab-h2", "tag:homelab-h3", "u1@x.y", "u2@x.y", "u3@x.y"].sort(),
      );
      for (const { src, proto, accept, deny } of policy.tests) {
        const isTag = src.startsWith("tag:");
        const visitor = { name: src, user: isTag ? undefined : src, tags: isTag ? [src] : [], addresses: [] };
        const open = (target: string): boolean => {
          const [, host = "", port] = /^tag:homelab-(.*):(\d+)$/.exec(target) ?? [];
          return reaches(policy, visitor, { host, port: Number(port), protocol: proto as "tcp" | "udp" });
        };
        expect([accept.filter((it) => !open(it)), deny.filter(open)]).toEqual([[], []]);
      }
    }),
    { numRuns: 20 },
  );
});

test("the same declaration gives the same text, in whatever order it is written", () => {
  fc.assert(
    fc.property(homelabs, (all) => {
      const reversed = all.map((it) =>
        [...it].reverse().map((port) => ({ ...port, audience: [...port.audience].reverse() })),
      );
      expect(textOf(tailnetWith(reversed))).toBe(textOf(tailnetWith(all)));
    }),
    { numRuns: 20 },
  );
});
