import { driftOf, isDrift } from "../../model/drift/drift.js";
import type { ProbeReport } from "../../model/drift/report.js";
import { APPLIED, container, host, IN_SYNC, JOB, WEB, web } from "./drift-host.js";

test("what is merely worth knowing is no drift", () => {
  const kinds = (more: Partial<ProbeReport>) => driftOf(host, { ...IN_SYNC, ...more }).findings.map(isDrift);
  expect(kinds({ foreign: ["/etc/exports"] })).toEqual([false]);
  expect(kinds(web({ health: "unhealthy" }))).toEqual([true]);
  expect(kinds(web({ service: "" }))).toEqual([true]);
});

test("without a firewall of ours nothing is closed", () => {
  const theirs = container("theirs", { service: "", ports: ["8081/tcp"] });
  const report = { ...IN_SYNC, containers: [WEB, JOB, theirs] };
  expect(driftOf({ ...host, settings: [] }, report).findings).toEqual([]);
});

test("a share that differs otherwise keeps no container waiting", () => {
  const drift = [{ code: "changed" as const, item: "/mnt/media/tv", words: "not mounted" }];
  const settings = { ...IN_SYNC.settings, mounts: { ...APPLIED, drift } };
  const { repairs } = driftOf(host, { ...IN_SYNC, ...web({ state: "exited", exitCode: 137 }), settings });
  expect([...repairs.containers]).toEqual(["web"]);
});
