import { driftOf } from "../../model/drift/drift.js";
import type { ProbeReport } from "../../model/drift/report.js";
import { model, onlyHost, problemsOf } from "./declare.js";
import { container, IN_SYNC } from "./drift-host.js";

const service = (line: string): string => `services:\n  web:\n    image: a:1\n    ${line}\n`;
const reserved = (device: string): string => `deploy: {resources: {reservations: {devices: [${device}]}}}`;

test.each([
  ["gpus: [{count: 1, device_ids: ['0']}]", "gpus[0]: count: and device_ids: exclude each other"],
  ["gpus: [{driver: amd}]", "gpus[0].driver: is not NVIDIA's driver"],
  ["gpus: [{count: 0}]", "gpus[0]: no GPU is asked for"],
  ["gpus: [{device_ids: [x]}]", "gpus[0].device_ids[0]: is not the number or the UUID of a GPU"],
  ["gpus: [{options: {a: b}}]", 'gpus[0].options: "options" is not supported: the Docker provider cannot set them'],
  ["gpus: [{count: 1}, {count: 1}]", "gpus: is not one request for GPUs"],
  [reserved("{count: 1}"), "deploy.resources.reservations.devices[0].capabilities: is required"],
  [
    reserved("{capabilities: [gpu, compute]}"),
    "deploy.resources.reservations.devices[0].capabilities: the Docker provider asks for the capability gpu alone",
  ],
  [
    `gpus: all\n    ${reserved("{capabilities: [gpu]}")}`,
    "gpus: gpus: and deploy.resources.reservations.devices: both ask for GPUs",
  ],
])("%s is refused", (line, problem) => {
  expect(problemsOf(() => model(service(line)))).toEqual([expect.stringContaining(` services.web.${problem}`)]);
});

describe("a host without what Docker needs for GPUs", () => {
  const seen = (line: string, report: Partial<ProbeReport>): string[] =>
    driftOf(onlyHost(model(service(line))), { ...IN_SYNC, networks: [], containers: [], ...report }).findings.flatMap(
      ({ code, words }) => (code === "no-gpu-toolkit" ? [words] : []),
    );
  const HOOK = "is to have GPUs, and the host has no NVIDIA Container Toolkit";
  const RUNTIME = "is to run with runtime: nvidia, and Docker's daemon.json has no such runtime";
  const running = { containers: [container("web", {})] };
  test.each<[string, Partial<ProbeReport>, string[]]>([
    ["gpus: all", { nvidia: [] }, [HOOK]],
    ["gpus: all", { nvidia: ["hook"] }, []],
    ["gpus: all", {}, []],
    ["gpus: all", { nvidia: [], ...running }, []],
    [reserved("{capabilities: [gpu]}"), { nvidia: ["runtime"] }, [HOOK]],
    ["runtime: nvidia", { nvidia: ["hook"] }, [RUNTIME]],
    ["runtime: nvidia", { nvidia: ["runtime"] }, []],
    ["runtime: runc", { nvidia: [] }, []],
  ])("%s with %j", (line, report, words) => {
    expect(seen(line, report)).toEqual(words);
  });
});
