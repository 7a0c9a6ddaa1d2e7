import { describeObstacles, obstaclesOn, outcomeOfObstacles, without } from "../../scripts/deploy/obstacles.js";
import { CHOSEN_VARIABLE } from "../../hosts/chosen.js";
import type { Observation } from "../../model/drift/observation.js";
import type { ProbeReport } from "../../model/drift/report.js";
import type { HostModel } from "../../model/types.js";
import { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { HOST_KEY, model } from "../model/declare.js";
import { IN_SYNC } from "../model/drift-host.js";

// A deployment that would fail in the middle of a host leaves that host as it is, and goes on with the others.

const { hosts } = model(
  "services:\n  web: {image: nginx:1.29, ports: [{target: 80, published: 8080, x-audience: [lan]}]}\n",
  `config:
  homelab:domain: example.org
  homelab:lan: {subnet: 192.168.1.0/24}
  homelab:hosts:
    pi5: {address: 192.168.1.100, role: nas, hostKey: "${HOST_KEY}"}
    pi6: {address: 192.168.1.101, hostKey: "${HOST_KEY}"}
    pi7: {address: 192.168.1.102, hostKey: "${HOST_KEY}"}
`,
);
const nginx = { port: "8080/tcp", address: "0.0.0.0", program: "nginx", container: "" };
const WHY = "web: port 8080/tcp is in use by nginx -> stop that, or choose another published port";

const MEGABYTE = 1_000_000;
/** A registry whose one image has two layers of 30 MB, for one platform. */
const ask: typeof fetch = (input) => {
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  const layer = (digest: string) => ({ digest, size: 30 * MEGABYTE });
  const answers: Readonly<Record<string, object>> = {
    "/v2/library/nginx/manifests/1.29": {
      manifests: [{ digest: "sha256:a", platform: { os: "linux", architecture: "arm64", variant: "v8" } }],
    },
    "/v2/library/nginx/manifests/sha256:a": { layers: [layer("sha256:1"), layer("sha256:2"), layer("sha256:1")] },
  };
  const answer = answers[pathname];
  return Promise.resolve(answer === undefined ? new Response("", { status: 404 }) : Response.json(answer));
};

const looks =
  (holders: readonly (typeof nginx)[], more: Partial<ProbeReport> = {}) =>
  (asked: readonly HostModel[]): Promise<ReadonlyMap<string, Observation>> =>
    Promise.resolve(
      new Map<string, Observation>(
        asked.map(({ name }) => [
          name,
          name === "pi7"
            ? { status: "unreachable", reason: "no route" }
            : { status: "ok", report: { ...IN_SYNC, containers: [], holders, ...more } },
        ]),
      ),
    );

test("a port that somebody else's program has is an obstacle for its host; a host that is off is none", async () => {
  expect([...(await obstaclesOn(hosts, { probe: looks([nginx]), ask })).left]).toEqual([["pi5", WHY]]);
  expect(await obstaclesOn(hosts, { probe: looks([]), ask })).toEqual({ left: new Map(), warnings: [] });
});

test("its host is neither asked nor changed, and not done", async () => {
  const stack = new PulumiStack("/nowhere", "test", { A: "1" });
  const scope = { stack, hosts, exclude: [] };
  expect(without(scope, { left: new Map(), warnings: [] })).toBe(scope);
  const obstacles = await obstaclesOn(hosts, { probe: looks([nginx]), ask });
  const left = without(scope, obstacles);
  expect([left.hosts.map(({ name }) => name), left.exclude, left.stack.env]).toEqual([
    ["pi6", "pi7"],
    ["**::homelab:index:*::pi5", "**::pi5/**"],
    { A: "1", [CHOSEN_VARIABLE]: "pi6,pi7" },
  ]);
  expect(describeObstacles(obstacles)).toEqual(["pi5 is left as it is:", `  ${WHY}`]);
  expect(outcomeOfObstacles(obstacles)).toEqual([{ host: "pi5", done: "nothing", notDone: WHY }]);
});

describe("the room for images", () => {
  const looked = (images: readonly string[], imageRoom: number, offline = false) =>
    obstaclesOn(hosts, { probe: looks([], { images, imageRoom }), ask, offline }).then(describeObstacles);
  const HELP = "-> make room on its disk: docker system df, on the host, shows what images use";

  test.each<[string, readonly string[], number, readonly string[]]>([
    ["is enough", [], 180, []],
    [
      "is little once they are unpacked",
      [],
      179,
      [`pi5: the new images (60 MB) take about 180 MB once they are unpacked, and 179 MB are free ${HELP}`],
    ],
    ["is too little", [], 59, ["pi5 is left as it is:", `  the new images (60 MB) do not fit: 59 MB are free ${HELP}`]],
    ["does not matter where they are there", ["nginx:1.29"], 1, []],
    [
      "may be enough for another version, which shares layers",
      ["nginx:1.28"],
      1,
      [`pi5: the new images (60 MB) take about 180 MB once they are unpacked, and 1 MB are free ${HELP}`],
    ],
  ])("%s", async (_, images, megabytes, said) => {
    expect(await looked(images, megabytes * MEGABYTE)).toEqual(said);
  });

  test("is not asked for offline", async () => {
    expect(await looked([], 0, true)).toEqual([]);
  });
});
