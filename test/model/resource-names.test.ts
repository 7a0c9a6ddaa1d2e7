import fc from "fast-check";
import {
  hostInUrn,
  nameInUrn,
  parseName,
  patternOf,
  patternOfFiles,
  patternsOfHost,
  printName,
} from "../../model/resource-names.js";
import type { ResourceName } from "../../model/resource-names.js";

const host = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
/** Such as Docker allows for a container; some look like parts of the grammar. */
const dockerName = fc.oneof(
  fc.constantFrom("docker", "setting", "container", "settings", "file", "ssh"),
  fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,8}$/),
);
const anyText = fc.oneof(fc.string({ minLength: 1 }), fc.stringMatching(/^[:%/3A5a*]{1,8}$/));

const resourceName: fc.Arbitrary<ResourceName> = fc.oneof(
  fc.record({ kind: fc.constantFrom("host", "settings", "containers", "engine", "leftovers"), host }),
  fc.record({ kind: fc.constantFrom("setting", "network", "volume", "container"), host, name: dockerName }),
  fc.record({ kind: fc.constant("image"), host, name: anyText }),
  fc.record({ kind: fc.constant("file"), host, service: dockerName, path: anyText.map((path) => `/${path}`) }),
);

/** A resource of a host deep below it, as the engine knows it. */
const urn = (name: ResourceName): string => {
  const below = name.kind === "host" ? "" : "$homelab:index:Containers$docker:index/container:Container";
  return `urn:pulumi:lab::homelab::homelab:index:NasHost${below}::${printName(name)}`;
};

/** As the engine reads a pattern: pkg/resource/deploy/target.go of Pulumi 3.259. */
const matches = (pattern: string, text: string): boolean => {
  const quoted = pattern.split("**").map((part) =>
    part
      .split("*")
      .map((it) => it.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join("[^:]*"),
  );
  return new RegExp(`^${quoted.join(".*")}$`, "s").test(text);
};

test("a name is taken apart as it was put together", () => {
  fc.assert(
    fc.property(resourceName, (name) => {
      expect(parseName(printName(name))).toEqual(name);
    }),
  );
});

test("two things have the same name only if they are the same", () => {
  fc.assert(
    fc.property(resourceName, resourceName, (one, other) => {
      expect(printName(one) === printName(other)).toBe(JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)));
    }),
  );
});
const sorted = (name: ResourceName): unknown => Object.entries(name).sort();

test.each<[string, ResourceName]>([
  ["pi5", { kind: "host", host: "pi5" }],
  ["pi5/settings", { kind: "settings", host: "pi5" }],
  ["pi5/setting/docker", { kind: "setting", host: "pi5", name: "docker" }],
  ["pi5/container/docker", { kind: "container", host: "pi5", name: "docker" }],
  ["pi5/image/ghcr.io/a/b:1", { kind: "image", host: "pi5", name: "ghcr.io/a/b:1" }],
  ["pi5/file/db/etc/pg.conf", { kind: "file", host: "pi5", service: "db", path: "/etc/pg.conf" }],
])("%s", (text, name) => {
  expect(printName(name)).toBe(text);
  expect(parseName(text)).toEqual(name);
});

test.each(["homelab_lab", "default_1_2", "pi5/", "pi5/thing", "pi5/setting", "pi5/thing/x", "pi5/file/db", ""])(
  "%j is no resource of a host",
  (text) => {
    expect(parseName(text)).toBeUndefined();
  },
);

test("the patterns of a host match what is its own and nothing of another host", () => {
  fc.assert(
    fc.property(resourceName, fc.oneof(host, fc.constantFrom("pi", "pi-zero", "homelab", "docker")), (name, other) => {
      const found = patternsOfHost(other).some((pattern) => matches(pattern, urn(name)));
      expect(found).toBe(name.host === other);
      expect(patternsOfHost(name.host).some((pattern) => matches(pattern, urn(name)))).toBe(true);
      expect(hostInUrn(urn(name))).toBe(name.host);
      expect(nameInUrn(urn(name))).toBe(printName(name));
    }),
  );
});

test("what belongs to no host is matched by none, whatever it is called", () => {
  const stack = "urn:pulumi:lab::homelab::pulumi:pulumi:Stack::homelab-lab";
  expect(hostInUrn(stack)).toBeUndefined();
  expect(patternsOfHost("homelab-lab").filter((pattern) => matches(pattern, stack))).toEqual([]);
});

test("hosts whose names begin alike", () => {
  const of = (host: string): string => urn({ kind: "container", host, name: "runner" });
  const excluded = (text: string): boolean => patternsOfHost("pi").some((pattern) => matches(pattern, text));
  expect([of("pi"), of("pi-zero-1"), of("pi5"), of("raspi")].map(excluded)).toEqual([true, false, false, false]);
});

test("the pattern of a thing matches that alone, and that of files those of one service", () => {
  const web: ResourceName = { kind: "container", host: "pi5", name: "web" };
  expect(matches(patternOf(web), urn(web))).toBe(true);
  expect(matches(patternOf(web), urn({ ...web, name: "web-2" }))).toBe(false);
  const file: ResourceName = { kind: "file", host: "pi5", service: "web", path: "/etc/a:b" };
  expect(matches(patternOfFiles("pi5", "web"), urn(file))).toBe(true);
  expect(matches(patternOfFiles("pi5", "web"), urn({ ...file, service: "web-2" }))).toBe(false);
});
