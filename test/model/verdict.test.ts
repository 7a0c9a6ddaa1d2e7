import { digestOf } from "../../model/drift/digest.js";
import type { DriftHost } from "../../model/drift/findings.js";
import { declaredOn } from "../../model/drift/missing.js";
import type { ContainerReport, ProbeReport, SettingReport } from "../../model/drift/report.js";
import { patienceWith, verdictOn } from "../../model/drift/verdict.js";
import { model, onlyHost } from "./declare.js";

const FIREWALL = { name: "firewall", guarded: true, input: "{}" } as const;
const host: DriftHost = {
  ...onlyHost(
    model(`
name: nas
services:
  web: {image: "nginx:1.29", restart: always, healthcheck: {test: [CMD, "true"], interval: 10s, timeout: 5s, retries: 2}}
  job: {image: "busybox:1.37", restart: "no"}
`),
  ),
  settings: [FIREWALL],
};
const APPLIED: SettingReport = { digest: digestOf("{}") ?? "", state: "applied", drift: [] };
const container = (name: string, more: Partial<ContainerReport> = {}): ContainerReport => ({
  ...{ name, id: "c0ffee", service: name, state: "running", exitCode: 0, health: "", restarts: 0, upSeconds: 60 },
  ...{ record: "own", changed: [], ports: [] },
  ...more,
});
const DONE: ProbeReport = {
  settings: { firewall: APPLIED },
  containers: [container("web", { health: "healthy" }), container("job")],
  networks: [{ name: "nas_default", id: "beef", record: "own", removed: false }],
  images: ["nginx:1.29", "busybox:1.37"],
  ...{ volumes: [], declared: declaredOn(host), files: [], listening: [], foreign: [] },
};
const web = (more: Partial<ContainerReport>): Partial<ProbeReport> => ({
  containers: [container("web", more), container("job")],
});
const firewall = (more: Partial<SettingReport>): Partial<ProbeReport> => ({
  settings: { firewall: { ...APPLIED, ...more } },
});
const notDone = (more: Partial<ProbeReport>): string[] =>
  verdictOn(host, { ...DONE, ...more }).notDone.map(({ code, subject }) => `${code}: ${subject}`);

test.each<[string, Partial<ProbeReport>, string[]]>([
  ["all of it", {}, []],
  ["a setting that went back", firewall({ state: "reverted" }), ["reverted: firewall"]],
  ["one that nobody confirmed yet", firewall({ state: "pending" }), ["unconfirmed: firewall"]],
  ["one that was never applied", firewall({ digest: null, state: "absent" }), ["not-applied: firewall"]],
  ["one of which the helper says nothing", { settings: {} }, ["not-applied: firewall"]],
  ["one that was applied otherwise", firewall({ digest: "0" }), ["not-applied: firewall"]],
  ["one that differs", firewall({ drift: [{ code: "added", item: "", words: "x" }] }), ["added: firewall"]],
  ["a service that is not there", { containers: [container("web")] }, ["missing: job"]],
  ["one that was not even declared to the host", { containers: [container("web")], declared: [] }, ["missing: job"]],
  ["a network that is not there", { networks: [] }, ["missing: network nas_default"]],
  ["an unhealthy one", web({ health: "unhealthy" }), ["unhealthy: web"]],
  ["one that is not healthy yet", web({ health: "starting" }), ["starting: web"]],
  ["one that keeps restarting", web({ state: "restarting" }), ["restarting: web"]],
  ["one that runs between two restarts", web({ restarts: 3, upSeconds: 2 }), ["restarting: web"]],
  ["one that ended", web({ state: "exited", exitCode: 1 }), ["stopped: web"]],
  ["a Docker that does not answer", { containers: null, networks: null, images: null }, ["engine-silent: docker"]],
  ["a host without a record", { declared: null }, ["no-record: deployment"]],
])("%s", (_, more, expected) => {
  expect(notDone(more)).toEqual(expected);
});

test("what no deployment changes is listed and does not count", () => {
  const { notDone: left, notes } = verdictOn(host, { ...DONE, foreign: ["/etc/exports"] });
  expect([left, notes.map(({ code }) => code)]).toEqual([[], ["taken-over"]]);
  const theirs = container("theirs", { service: "", ports: ["8081/tcp"] });
  const beside = verdictOn(host, { ...DONE, containers: [...(DONE.containers ?? []), theirs] });
  expect([beside.notDone, beside.notes.map(({ code }) => code)]).toEqual([[], ["ports-closed"]]);
});

test.each<[string, Partial<ProbeReport>, number]>([
  ["everything has settled", {}, 0],
  ["a health check runs: as long as it may take", web({ health: "starting" }), 40],
  [
    "an image's own health check runs",
    { containers: [container("web"), container("job", { health: "starting" })] },
    120,
  ],
  ["one without a health check has just started", web({ upSeconds: 3 }), 30],
  ["a healthy one has just started", web({ upSeconds: 3, health: "healthy" }), 0],
  ["a healthy one has just started again", web({ upSeconds: 3, health: "healthy", restarts: 1 }), 30],
  ["one restarts", web({ state: "restarting", upSeconds: null }), 30],
  ["one is unhealthy", web({ health: "unhealthy" }), 0],
  ["a setting waits for its confirmation", firewall({ state: "pending" }), 90],
  ["a container of somebody else's starts", { containers: [container("x", { service: "", health: "starting" })] }, 0],
])("%s", (_, more, seconds) => {
  expect(patienceWith(host, { ...DONE, ...more })).toBe(seconds);
});
