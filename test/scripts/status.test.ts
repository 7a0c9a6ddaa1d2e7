import type { ContainerReport } from "../../model/drift/report.js";
import type { Observation } from "../../model/drift/observation.js";
import { describeStatus, exitCodeOf, statusOf } from "../../scripts/status/status.js";
import type { HostStatus } from "../../scripts/status/status.js";
import { container, reportOf, twoHosts } from "./homelab.js";

const SILENT: Observation = { status: "unreachable", reason: "No route to host" };
const ok = (containers: readonly ContainerReport[] | null): Observation => ({
  status: "ok",
  report: reportOf(containers === null ? null : [...containers]),
});
const PI5 = [
  container("homepage", { health: "healthy", upSeconds: 90 }),
  container("watchtower"),
  container("job", { state: "exited", upSeconds: null }),
];

/** How the two hosts are, of which the second does not answer unless it is said what it reports. */
function seen(pi5: Observation, jellyfin = SILENT): HostStatus[] {
  return twoHosts().hosts.map((host) => statusOf(host, host.name === "pi5" ? pi5 : jellyfin, "lab"));
}

test("shows each service with its state, where it is and who may reach it, and a host that does not answer", () => {
  const hosts = seen(ok(PI5));
  expect(describeStatus(hosts, "lab").split("\n")).toEqual(
    [
      "HOST      SERVICE     STATE          WHERE                      WHO MAY REACH IT",
      "pi5       homepage    healthy 90 s   http://192.168.1.100:3000  lan, tailnet",
      "          watchtower  running 2 h",
      "          job         finished (exit 0)",
      "jellyfin  4 services  unreachable",
      "",
      "jellyfin (192.168.1.102) cannot be reached: No route to host.",
      "-> deploy again once it is back",
    ].map((line) => expect.stringMatching(flexible(line)) as string),
  );
  expect(exitCodeOf(hosts)).toBe(3);
});

/** The same words in the same columns, however wide these are. */
const flexible = (line: string): RegExp =>
  new RegExp(`^${line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ {2,}/g, " {2,}")}$`);

test("a service is found by a name that leads to it, by the audience of what leads there, or by its port", () => {
  const [, jellyfin] = seen(ok(PI5), ok([]));
  expect(jellyfin?.services.map(({ service, where, urls, audience }) => [service, where, urls, audience])).toEqual([
    ["traefik", "192.168.1.102:80", [], ["lan", "tailnet"]],
    [
      "player",
      "https://player.example.org",
      ["https://player.example.org", "https://tv.example.org"],
      ["lan", "tailnet"],
    ],
    ["finder", "192.168.1.102:5302/udp", [], ["role:nas"]],
    ["watchtower", "", [], []],
  ]);
});

test.each<[string, Partial<ContainerReport>]>([
  ["healthy 2 h", { health: "healthy" }],
  ["running 2 h", {}],
  ["starting 5 s", { health: "starting", upSeconds: 5 }],
  ["unhealthy 2 h", { health: "unhealthy" }],
  ["restarting", { state: "restarting", upSeconds: null, restarts: 3 }],
  ["restarting 3 s", { restarts: 3, upSeconds: 3 }],
  ["paused 2 h", { state: "paused" }],
  ["stopped (exit 137)", { state: "exited", exitCode: 137, upSeconds: null }],
  ["stopped (exit 0)", { state: "exited", upSeconds: null }],
  ["absent", { state: "removed", upSeconds: null }],
  ["absent", { service: "" }],
])("%s", (words, more) => {
  const hosts = seen(
    ok([...PI5.filter(({ name }) => name !== "watchtower"), container("watchtower", more)]),
    ok(MEDIA),
  );
  expect(describeStatus(hosts, "lab")).toMatch(new RegExp(` {2}watchtower {2,}${words.replace(/[()]/g, "\\$&")}\\n`));
  expect(exitCodeOf(hosts)).toBe(/^(healthy|running)/.test(words) ? 0 : 2);
});
const MEDIA = ["traefik", "player", "finder", "watchtower"].map((name) => container(name));

test("what is not well is said with the command that helps", () => {
  const [pi5] = seen(ok([container("homepage", { state: "restarting", upSeconds: null }), container("watchtower")]));
  const text = describeStatus(pi5 === undefined ? [] : [pi5], "lab");
  expect(text).toContain("\nhomepage on pi5 is restarting -> npm run logs -- pi5/homepage --stack lab\n");
  expect(text).toMatch(/\njob on pi5 is not deployed -> npm run deploy -- --stack lab$/);
});

test("where Docker does not answer, nothing is claimed", () => {
  const [pi5] = seen(ok(null));
  expect(pi5?.services.map(({ state }) => state)).toEqual(["unknown", "unknown", "unknown"]);
  expect(exitCodeOf(pi5 === undefined ? [] : [pi5])).toBe(2);
});
