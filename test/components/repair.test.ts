import { mockEngine, registered } from "./register.js";
import type { Registration } from "./register.js";
mockEngine();
import { NasHost } from "../../components/roles.js";
import type { HostState } from "../../components/observe.js";
import { NO_REPAIRS } from "../../model/drift/drift.js";
import type { Repairs } from "../../model/drift/drift.js";
import { model, onlyHost } from "../model/declare.js";

const host = onlyHost(
  model(`
name: nas
services:
  web: {image: "nginx:1.29", networks: [front], configs: [{source: conf, target: /etc/web.conf}]}
  db: {image: "postgres:18.6", networks: [front], volumes: ["data:/d"]}
networks: {front: }
volumes: {data: }
configs: {conf: {content: "a"}}
`),
);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const PLACE = "labels[0].value";

const deploy = async (state?: HostState): Promise<Map<string, Registration>> => {
  const all = await registered(() => new NasHost("pi5", { host, secrets: {}, ...(state && { state }) }));
  return new Map(all.map((it) => [it.name, it]));
};
const withRepairs = (repairs: Partial<Repairs>): HostState => ({
  notDone: undefined,
  repairs: { ...NO_REPAIRS, ...repairs },
});
const generationOf = (registration: Registration | undefined): unknown =>
  (registration?.inputs["labels"] as { label: string; value: string }[] | undefined)?.[0];

test("in order: the place that says nothing is the same for everybody, and its changes are ignored", async () => {
  const all = await deploy();
  for (const name of ["pi5/container/web", "pi5/container/db", "pi5/network/nas_front"]) {
    expect(generationOf(all.get(name))).toEqual({ label: "homelab.generation", value: "1" });
    expect([name, all.get(name)?.ignoreChanges]).toEqual([name, [PLACE]]);
  }
  expect(all.get("pi5/leftovers")).toMatchObject({
    ignoreChanges: ["update"],
    inputs: {
      create: "/usr/local/lib/homelab/bin/remove-leftovers",
      update: "/usr/local/lib/homelab/bin/remove-leftovers # 1",
      stdin:
        "container db\ncontainer web\nfile web/etc/web.conf\nimage nginx:1.29\nimage postgres:18.6\nnetwork nas_front\nvolume nas_data",
    },
  });
});

test("what drifted, and only that, has the time of this run in its place", async () => {
  const all = await deploy(withRepairs({ containers: new Set(["web"]), networks: new Set(["nas_front"]) }));
  for (const name of ["pi5/container/web", "pi5/network/nas_front"]) {
    expect(generationOf(all.get(name))).toEqual({
      label: "homelab.generation",
      value: expect.stringMatching(TIME) as unknown,
    });
    expect([name, all.get(name)?.ignoreChanges]).toEqual([name, []]);
  }
  expect(generationOf(all.get("pi5/container/db"))).toEqual({ label: "homelab.generation", value: "1" });
  expect(all.get("pi5/container/db")?.ignoreChanges).toEqual([PLACE]);
  expect(all.get("pi5/leftovers")?.ignoreChanges).toEqual(["update"]);
});

test("what is lost is made again, in the place of nothing", async () => {
  const lost = {
    images: new Set(["nginx:1.29"]),
    volumes: new Set(["nas_data"]),
    files: new Set(["web/etc/web.conf"]),
  };
  const [before, all] = [await deploy(), await deploy(withRepairs(lost))];
  const marks = (registrations: Map<string, Registration>): unknown[] =>
    ["pi5/image/nginx:1.29", "pi5/volume/nas_data", "pi5/file/web/etc/web.conf", "pi5/image/postgres:18.6"].map(
      (it) => {
        const registration = registrations.get(it);
        const { triggers, update } = registration?.inputs ?? {};
        return [
          triggers ?? update ?? generationOf(registration),
          registration?.ignoreChanges,
          registration?.deleteBeforeReplace,
        ];
      },
    );
  const time = expect.stringMatching(TIME) as unknown;
  const label = (value: unknown, name = "homelab.generation"): unknown => ({ label: name, value });
  expect(marks(before)).toEqual([
    [undefined, ["triggers"], false],
    [label("nas_data", "homelab.service"), ["labels"], false],
    [expect.stringMatching(/put-file web\/etc\/web.conf # 1$/), ["update"], true],
    [undefined, ["triggers"], false],
  ]);
  expect(marks(all)).toEqual([
    [{ generation: time }, [], true],
    [label(time), [], true],
    [expect.stringMatching(/put-file web\/etc\/web.conf # \d{4}-/), [], true],
    [undefined, ["triggers"], false],
  ]);
});

test("a setting that drifted is applied again", async () => {
  const all = await deploy(withRepairs({ settings: new Set(["firewall"]) }));
  const update = (name: string): unknown => all.get(name)?.inputs["update"];
  expect(update("pi5/setting/firewall")).toMatch(/^sudo -n \S+ apply firewall # \d{4}-\S+Z$/);
  expect(update("pi5/setting/ssh")).toMatch(/ apply ssh # 1$/);
  expect([all.get("pi5/setting/firewall")?.ignoreChanges, all.get("pi5/setting/ssh")?.ignoreChanges]).toEqual([
    [],
    ["update"],
  ]);
});

test("leftovers are removed by their identity", async () => {
  const leftovers = [
    { kind: "container", id: "c0ffee" },
    { kind: "network", id: "beef" },
  ] as const;
  const command = (await deploy(withRepairs({ leftovers }))).get("pi5/leftovers");
  expect(command?.inputs["update"]).toMatch(/\/remove-leftovers container:c0ffee network:beef # \d{4}-/);
  expect(command?.ignoreChanges).toEqual([]);
});

test("a host that cannot be deployed to is left as it is", async () => {
  const all = await deploy({ notDone: "unreachable: no route", repairs: NO_REPAIRS });
  const made = [...all.values()].filter(({ type }) => /^(docker|command):/.test(type));
  expect(made.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["pi5/setting/firewall", "pi5/leftovers", "pi5/container/web"]),
  );
  for (const { name, ignoreChanges } of made) {
    expect([name, ignoreChanges]).toEqual([name, ["*"]]);
  }
});
