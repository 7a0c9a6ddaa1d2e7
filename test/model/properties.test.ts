import fc from "fast-check";
import { quoted } from "./quoted.js";
import { HomelabError } from "../../model/yaml/problem.js";
import { buildHomelab } from "../../model/build.js";
import type { HomelabModel } from "../../model/types.js";
import { ROLES } from "../../model/roles.js";
import { HOST_KEY } from "./declare.js";

// What holds for every declaration, whatever its owner writes.

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const name = fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/);
const port = fc.integer({ min: 1, max: 65535 });

const service = fc.record(
  {
    image: fc.constantFrom("nginx:1.29", "ghcr.io/a/b:v1", "registry.lan:5000/x:2@sha256:" + "a".repeat(64)),
    environment: fc.dictionary(
      fc.stringMatching(/^[A-Z]{1,5}$/),
      fc.constantFrom("x", "a b", "${HOST_NAME}", "$$", "${NO:-d}"),
    ),
    restart: fc.constantFrom("no", "always", "unless-stopped", "on-failure:3"),
    mem_limit: fc.constantFrom("64m", "1g"),
    networks: fc.constant(["front"]),
    volumes: fc.constantFrom(["data:/d"], ["/srv/x:/x:ro"]),
    read_only: fc.boolean(),
  },
  { requiredKeys: ["image"] },
);

/** Compose files and a configuration without a mistake. */
const declaration = fc
  .record({
    services: fc.dictionary(name, service, { minKeys: 1, maxKeys: 5 }),
    published: fc.uniqueArray(port, { maxLength: 5 }),
    hosts: fc.uniqueArray(fc.tuple(name, fc.constantFrom(...ROLES)), {
      minLength: 1,
      maxLength: 4,
      selector: ([it]) => it,
    }),
  })
  .map(({ services, published, hosts }) => {
    const withPorts = Object.entries(services).map(([key, it], i) => {
      const external = published[i];
      const ports = external === undefined ? [] : [{ target: 80, published: external, "x-audience": ["lan"] }];
      return [key, { ...it, ports }] as const;
    });
    return {
      compose: {
        services: Object.fromEntries(withPorts),
        networks: { front: null },
        volumes: { data: null },
      } as unknown as Json,
      config: {
        config: {
          "homelab:domain": "example.org",
          "homelab:lan": { subnet: "10.0.0.0/8" },
          "homelab:hosts": Object.fromEntries(
            hosts.map(([host, role], i) => [host, { address: `10.0.0.${i + 1}`, role, hostKey: HOST_KEY }]),
          ),
        },
      },
    };
  });

function build({ compose, config }: { compose: Json; config: Json }): HomelabModel {
  const texts = { compose: quoted(compose), config: quoted(config) };
  return buildHomelab("test", (file) => ({ text: file.startsWith("stacks/") ? texts.compose : texts.config }));
}

/** The same data with the keys of every mapping in the opposite order. */
function reordered(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(reordered);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, inner]) => [key, reordered(inner)]),
      )
    : value;
}

/** Lists of the model in an order of their own: that of a file carries no meaning. */
const canonical = ({ hosts, ...rest }: HomelabModel): unknown => {
  const byName = <T extends { name: string }>(list: readonly T[]): T[] =>
    [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ...rest, hosts: byName(hosts).map((host) => ({ ...host, services: byName(host.services) })) };
};

test("the same declaration is always the same model", () => {
  fc.assert(
    fc.property(declaration, (it) => {
      expect(build(it)).toEqual(build(it));
    }),
  );
});

test("the order of keys means nothing", () => {
  fc.assert(
    fc.property(declaration, ({ compose, config }) => {
      const other = build({ compose: reordered(compose), config: reordered(config) });
      expect(canonical(other)).toEqual(canonical(build({ compose, config })));
    }),
  );
});

test("each service runs exactly once on each host of its role", () => {
  fc.assert(
    fc.property(declaration, (it) => {
      const { services } = it.compose as { services: Record<string, Json> };
      for (const host of build(it).hosts) {
        expect(host.services.map(({ name: running }) => running).sort()).toEqual(Object.keys(services).sort());
      }
    }),
  );
});

test("a port is open only for an audience that was declared for it", () => {
  fc.assert(
    fc.property(declaration, (it) => {
      const ports = build(it).hosts.flatMap((host) => host.services.flatMap((running) => running.ports));
      expect(ports.every(({ audience }) => audience.length === 1 && audience[0] === "lan")).toBe(true);
    }),
  );
});

/** Declarations in which anything may stand anywhere. */
const anything = fc.jsonValue() as fc.Arbitrary<Json>;
const broken = declaration.chain(({ compose, config }) => {
  const damaged = (value: Json): fc.Arbitrary<Json> => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, anything);
    }
    const parts = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, damaged(inner)]));
    return fc.oneof({ weight: 5, arbitrary: fc.record(parts) }, anything);
  };
  return fc.record({ compose: damaged(compose), config: damaged(config) });
});

test("whatever is wrong is told as a mistake of the owner's, never by a crash", () => {
  fc.assert(
    fc.property(broken, (it) => {
      try {
        build(it);
      } catch (error) {
        expect(error).toBeInstanceOf(HomelabError);
        expect((error as HomelabError).problems.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 500 },
  );
});

test("text that is no YAML, or no text at all, is told as well", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => buildHomelab("test", () => ({ text }))).toThrow(HomelabError);
    }),
    { numRuns: 500 },
  );
});
