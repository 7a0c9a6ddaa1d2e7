import { describeObstacles, obstaclesOn, outcomeOfObstacles, without } from "../../scripts/deploy/obstacles.js";
import { CHOSEN_VARIABLE } from "../../hosts/chosen.js";
import type { Observation } from "../../model/drift/observation.js";
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

const looks =
  (holders: readonly (typeof nginx)[]) =>
  (asked: readonly HostModel[]): Promise<ReadonlyMap<string, Observation>> =>
    Promise.resolve(
      new Map<string, Observation>(
        asked.map(({ name }) => [
          name,
          name === "pi7"
            ? { status: "unreachable", reason: "no route" }
            : { status: "ok", report: { ...IN_SYNC, containers: [], holders } },
        ]),
      ),
    );

test("a port that somebody else's program has is an obstacle for its host; a host that is off is none", async () => {
  expect([...(await obstaclesOn(hosts, looks([nginx])))]).toEqual([["pi5", WHY]]);
  expect([...(await obstaclesOn(hosts, looks([])))]).toEqual([]);
});

test("its host is neither asked nor changed, and not done", async () => {
  const stack = new PulumiStack("/nowhere", "test", { A: "1" });
  const scope = { stack, hosts, exclude: [] };
  expect(without(scope, new Map())).toBe(scope);
  const obstacles = await obstaclesOn(hosts, looks([nginx]));
  const left = without(scope, obstacles);
  expect([left.hosts.map(({ name }) => name), left.exclude, left.stack.env]).toEqual([
    ["pi6", "pi7"],
    ["**::homelab:index:*::pi5", "**::pi5/**"],
    { A: "1", [CHOSEN_VARIABLE]: "pi6,pi7" },
  ]);
  expect(describeObstacles(obstacles)).toBe(`pi5 is left as it is:\n  ${WHY}`);
  expect(outcomeOfObstacles(obstacles)).toEqual([{ host: "pi5", done: "nothing", notDone: WHY }]);
});
