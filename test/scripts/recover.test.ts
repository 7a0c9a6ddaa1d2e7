import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { differencesOf } from "../../scripts/deploy/recover/as-declared.js";
import { creationsIn } from "../../scripts/deploy/recover/creations.js";
import { examined } from "../../scripts/deploy/recover/examined.js";
import type { SeenContainer, SeenObject } from "../../scripts/deploy/recover/objects.js";
import { rebuildState } from "../../scripts/deploy/recover/rebuild.js";
import { recoverAnyhow } from "../../scripts/deploy/recover/recover.js";
import { plainOf, secretOf } from "../../scripts/lib/secret-values.js";
import { withResources } from "../../scripts/lib/state-edit.js";
import { FakeStack } from "./fake-stack.js";

// How a lost state is rebuilt; test/lab/outcome.test.ts does it with an engine and hosts.

const ID = "0123456789abcdef".repeat(4);
const INPUTS = {
  envs: ["TZ=UTC", "PATH=/own"],
  labels: [
    { label: "homelab.generation", value: "1" },
    { label: "homelab.service", value: "web" },
  ],
  mounts: [{ target: "/etc/web.conf" }],
  volumes: [
    { containerPath: "/data", volumeName: "nas_data" },
    { containerPath: "/srv", hostPath: "/srv/nas", readOnly: true },
  ],
  networksAdvanced: [{ name: "net1", aliases: ["web"], ipv4Address: "172.18.0.9" }],
};
const volume = (Name: string, Destination: string, RW = true): SeenContainer["mounts"][number] => ({
  ...{ Type: "volume", Name, Source: `/var/lib/docker/volumes/${Name}/_data`, Destination, RW },
});
const bind = (Source: string, Destination: string, RW = true): SeenContainer["mounts"][number] => ({
  ...{ Type: "bind", Name: "", Source, Destination, RW },
});
const MOUNTS = [volume("nas_data", "/data"), bind("/srv/nas", "/srv", false), bind("/home/x", "/etc/web.conf", false)];
const NETWORK = { NetworkID: "net1", Aliases: ["web", ID.slice(0, 12)], IPAMConfig: { IPv4Address: "172.18.0.9" } };
const SEEN: SeenContainer = {
  id: ID,
  env: ["TZ=UTC", "PATH=/own", "LANG=C"],
  labels: { "homelab.generation": "2026-11-30T08:00:00Z", "homelab.service": "web", vendor: "x" },
  image: { env: ["PATH=/bin", "LANG=C"], labels: { vendor: "x" } },
  mounts: MOUNTS,
  networks: { nas_default: NETWORK },
};

test.each<[string, Partial<SeenContainer>, string[]]>([
  ["as it is declared", {}, []],
  ["another value", { env: ["TZ=CET", "PATH=/own", "LANG=C"] }, ["environment"]],
  ["a variable that it lacks", { env: ["TZ=UTC", "LANG=C"] }, ["environment"]],
  ["a variable that is declared no longer", { env: [...SEEN.env, "OLD=1"] }, ["environment"]],
  ["the image's value in place of its own", { env: ["TZ=UTC", "PATH=/bin", "LANG=C"] }, ["environment"]],
  ["an image that is gone", { image: { env: [], labels: {} } }, ["environment", "labels"]],
  ["another label", { labels: { ...SEEN.labels, "homelab.service": "other" } }, ["labels"]],
  ["a label that is declared no longer", { labels: { ...SEEN.labels, old: "1" } }, ["labels"]],
  ["another volume", { mounts: [volume("nas_other", "/data"), ...MOUNTS.slice(1)] }, ["volumes"]],
  ["a folder that may be written to", { mounts: [MOUNTS[0] ?? volume("", ""), bind("/srv/nas", "/srv")] }, ["volumes"]],
  ["a volume that is declared no longer", { mounts: [...MOUNTS, volume("nas_old", "/old")] }, ["volumes"]],
  ["a volume that the image brings", { mounts: [...MOUNTS, volume("f".repeat(64), "/cache")] }, []],
  ["another network", { networks: { x: { ...NETWORK, NetworkID: "net2" } } }, ["networks"]],
  ["one more network", { networks: { a: NETWORK, b: { ...NETWORK, NetworkID: "net2" } } }, ["networks"]],
  ["another address", { networks: { x: { ...NETWORK, IPAMConfig: null } } }, ["networks"]],
  ["one more name in a network", { networks: { x: { ...NETWORK, Aliases: ["web", "www"] } } }, ["networks"]],
])("a container with %s", (_, change, differ) => {
  expect(differencesOf(INPUTS, { ...SEEN, ...change })).toEqual(differ);
});

test("a container of the host's network is not asked for networks", () => {
  expect(
    differencesOf(
      { ...INPUTS, networksAdvanced: [] },
      { ...SEEN, networks: { host: { ...NETWORK, NetworkID: "host" } } },
    ),
  ).toEqual([]);
});

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const urn = (types: string, name: string): string => `urn:pulumi:lab::homelab::${types}::${name}`;
const STACK = urn("pulumi:pulumi:Stack", "homelab-lab");
const HOST = urn("homelab:index:NasHost", "pi5");
const ofHost = (type: string, name: string): string => urn(`homelab:index:NasHost$${type}`, name);
const ENGINE = ofHost("pulumi:providers:docker", "pi5/engine");
const WEB_NETWORK = ofHost("docker:index/network:Network", "pi5/network/nas_web");
const WEB = ofHost("docker:index/container:Container", "pi5/container/web");
const NEW = ofHost("docker:index/container:Container", "pi5/container/new");
const SSH = ofHost("command:remote:Command", "pi5/setting/ssh");

const planned = (type: string, adds: object, more: object = {}, custom = true): object => ({
  goal: { type, custom, inputDiff: { adds }, dependencies: null, ...more },
  steps: ["create"],
});
const ON_ENGINE = { parent: HOST, provider: `${ENGINE}::${UNKNOWN}` };
const planWith = (network: string): string =>
  JSON.stringify({
    resourcePlans: {
      [WEB]: planned(
        "docker:index/container:Container",
        { name: "web", __defaults: ["start"], networksAdvanced: [{ __defaults: [], name: network }] },
        { ...ON_ENGINE, dependencies: [WEB_NETWORK, SSH], propertyDependencies: { networksAdvanced: [WEB_NETWORK] } },
      ),
      [NEW]: planned("docker:index/container:Container", { name: "new" }, ON_ENGINE),
      [SSH]: planned("command:remote:Command", { create: "x" }, { parent: HOST }),
      [WEB_NETWORK]: planned(
        "docker:index/network:Network",
        { name: "nas_web" },
        { ...ON_ENGINE, dependencies: [SSH] },
      ),
      [ENGINE]: planned("pulumi:providers:docker", { host: "ssh://x", __internal: {} }, { parent: HOST }),
      [HOST]: planned("homelab:index:NasHost", {}, { parent: STACK }, false),
      [STACK]: planned("pulumi:pulumi:Stack", {}, {}, false),
    },
  });
const object = (id: string, more: Partial<SeenObject> = {}): SeenObject => ({ id, labels: {}, ...more });
const THERE = new Map([
  ["pi5/container/web", object(ID)],
  ["pi5/network/nas_web", object("net1")],
]);

test("what the hosts have of a plan is ready for a state, each behind what it refers to", () => {
  const { resources, more } = creationsIn(planWith("net1"), THERE, new Set());
  expect(resources.map((it) => it.urn)).toEqual([STACK, HOST, ENGINE, WEB_NETWORK, WEB]);
  expect(more).toBe(false);
  const [, , engine, network, web] = resources;
  expect(engine).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    outputs: { host: "ssh://x" },
  });
  expect(engine?.outputs).not.toHaveProperty("__internal");
  expect(network).toMatchObject({ id: "net1", provider: `${ENGINE}::${engine?.id ?? ""}`, dependencies: [] });
  expect(web).toEqual({
    ...{ urn: WEB, type: "docker:index/container:Container", custom: true, id: ID, parent: HOST },
    provider: `${ENGINE}::${engine?.id ?? ""}`,
    inputs: { name: "web", __defaults: ["start"], networksAdvanced: [{ __defaults: [], name: "net1" }] },
    outputs: { id: ID, name: "web", networksAdvanced: [{ name: "net1" }], attach: false, logs: false, envs: [] },
    dependencies: [WEB_NETWORK],
    propertyDependencies: { networksAdvanced: [WEB_NETWORK] },
  });
});

test("an object whose declaration is not known yet waits for the next plan", () => {
  const { resources, more } = creationsIn(planWith(UNKNOWN), THERE, new Set());
  expect(resources.map((it) => it.urn)).toEqual([STACK, HOST, ENGINE, WEB_NETWORK]);
  expect(more).toBe(true);
});

test("what a state has already is not in it a second time", () => {
  const known = new Set([STACK, HOST, ENGINE, WEB_NETWORK]);
  expect(creationsIn(planWith("net1"), THERE, known).resources.map((it) => it.urn)).toEqual([WEB]);
});

test("an object that is as declared gets the generation that its host has, also among labels that are secret", () => {
  const labels = secretOf(INPUTS.labels);
  const state = { deployment: { resources: [{ urn: WEB, inputs: { ...INPUTS, labels }, outputs: { labels } }] } };
  const seen = new Map([["pi5/container/web", object(ID, { labels: SEEN.labels, container: SEEN })]]);
  const result = examined(JSON.stringify(state), seen);
  expect(result.rejected).toEqual(new Map());
  const { resources } = (JSON.parse(result.state) as typeof state).deployment;
  const expected = [
    { label: "homelab.generation", value: "2026-11-30T08:00:00Z" },
    { label: "homelab.service", value: "web" },
  ];
  expect(resources.flatMap(({ inputs, outputs }) => [inputs.labels, outputs.labels])).toEqual([
    secretOf(expected),
    secretOf(expected),
  ]);
  expect(plainOf(resources[0]?.inputs.labels)).toEqual(expected);
});

test("a container that is not as declared is no part of the state, and said with what differs", () => {
  const other = { urn: WEB_NETWORK, inputs: { labels: [] }, outputs: {} };
  const state = { deployment: { resources: [other, { urn: WEB, inputs: INPUTS, outputs: {} }] } };
  const seen = new Map([["pi5/container/web", object(ID, { container: { ...SEEN, env: [], networks: {} } })]]);
  const result = examined(JSON.stringify(state), seen);
  expect(result.rejected).toEqual(new Map([["pi5/container/web", ["environment", "networks"]]]));
  expect((JSON.parse(result.state) as typeof state).deployment.resources).toEqual([other]);
});

test("resources come behind those that a state has; an empty state has none", () => {
  const resources = [{ urn: HOST }, { urn: WEB }];
  const result = withResources('{"version": 3, "deployment": {"manifest": {"time": "t"}}}', resources);
  expect(JSON.parse(result)).toEqual({ version: 3, deployment: { manifest: { time: "t" }, resources } });
  const more = JSON.parse(withResources(result, [{ urn: WEB_NETWORK }])) as { deployment: { resources: object[] } };
  expect(more.deployment.resources).toEqual([...resources, { urn: WEB_NETWORK }]);
});

describe("a state", () => {
  let directory: string;
  let stack: FakeStack;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "recover-"));
    stack = new FakeStack(directory);
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  test("that is there is not rebuilt", async () => {
    stack.isEmpty = () => Promise.resolve(false);
    await expect(recoverAnyhow(stack, [], { copy: true })).rejects.toThrow(
      'The stack "test" has a state, so there is nothing to recover.\n-> npm run deploy -- --stack test',
    );
  });

  test("that Pulumi Cloud keeps is not rebuilt, since it has the former versions", async () => {
    const cloud = Object.assign(new FakeStack(directory), { env: { PULUMI_BACKEND_URL: "https://api.pulumi.com" } });
    await expect(rebuildState(cloud, [])).rejects.toThrow(/pulumi stack export --stack test --version VERSION/);
  });
});
