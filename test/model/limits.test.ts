import { hasHealthcheck, healthOf, healthySeconds } from "../../model/services/health.js";
import {
  cpuLimit,
  graceSeconds,
  memoryLimit,
  memoryReservation,
  memorySwapLimit,
  pidsLimit,
} from "../../model/services/limits.js";
import { bindAddress } from "../../model/services/ports.js";
import { securityOptions } from "../../model/services/security.js";
import type { ServiceModel } from "../../model/types.js";
import { serviceOf } from "./declare.js";

// What is decided about a container beyond what its Compose file says.

const service = (line: string): ServiceModel =>
  serviceOf(`services:\n  web:\n    image: nginx:1.29\n${line === "" ? "" : `    ${line}\n`}`);
const MIB = 2 ** 20;

test.each<[string, object]>([
  ["", { grace: 10 }],
  ["stop_grace_period: 1m30s", { grace: 90 }],
  ["stop_grace_period: 1500ms", { grace: 2 }],
  ["pids_limit: 50", { grace: 10, pids: 50 }],
  ["deploy: {resources: {limits: {pids: 60}}}", { grace: 10, pids: 60 }],
  ["mem_limit: 256m", { grace: 10, memory: 256 * MIB, swap: 512 * MIB }],
  ["memswap_limit: 1g", { grace: 10, swap: 1024 * MIB }],
  [
    "deploy: {resources: {limits: {memory: 1g, cpus: '0.5'}, reservations: {memory: 128m}}}",
    { grace: 10, memory: 1024 * MIB, swap: 2048 * MIB, reservation: 128 * MIB, cpus: 0.5 },
  ],
])("the limits of %j", (line, expected) => {
  const { definition } = service(line);
  const limits = {
    grace: graceSeconds(definition),
    pids: pidsLimit(definition),
    memory: memoryLimit(definition),
    swap: memorySwapLimit(definition),
    reservation: memoryReservation(definition),
    cpus: cpuLimit(definition),
  };
  expect(JSON.parse(JSON.stringify(limits))).toEqual(expected);
});

const CHECK = ["CMD", "check"];
test.each<[string, object | undefined, number | undefined]>([
  ["", undefined, undefined],
  [
    "healthcheck: {disable: true}",
    { test: ["NONE"], interval: 30, timeout: 30, startPeriod: 0.001, retries: 3 },
    undefined,
  ],
  [
    "healthcheck: {test: [NONE]}",
    { test: ["NONE"], interval: 30, timeout: 30, startPeriod: 0.001, retries: 3 },
    undefined,
  ],
  [
    "healthcheck: {test: [CMD, check]}",
    { test: CHECK, interval: 30, timeout: 30, startPeriod: 0.001, retries: 3 },
    210,
  ],
  [
    "healthcheck: {test: [CMD, check], interval: 90s, timeout: 5s, retries: 2, start_period: 1m, start_interval: 2s}",
    { test: CHECK, interval: 90, timeout: 5, startPeriod: 60, startInterval: 2, retries: 2 },
    340,
  ],
  [
    "healthcheck: {test: [CMD, check], interval: 1s, timeout: 1s, retries: 1}",
    { test: CHECK, interval: 1, timeout: 1, startPeriod: 0.001, retries: 1 },
    20,
  ],
])("the health of %j, and how long it is waited for", (line, health, seconds) => {
  const { definition } = service(line);
  expect(healthOf(definition)).toEqual(health);
  expect(healthySeconds(definition)).toBe(seconds);
  expect(hasHealthcheck(definition)).toBe(seconds !== undefined);
});

test.each([
  ["[lan]", undefined],
  ["[localhost]", "127.0.0.1"],
  ["[localhost, lan]", undefined],
])("a port for %s is bound to %s", (audience, address) => {
  const [port] = service(`ports: [{target: 80, published: 8080, x-audience: ${audience}}]`).ports;
  expect(port && bindAddress(port)).toBe(address);
});

test("a port with an address of its own is bound to that", () => {
  const [port] = service("ports: [{target: 80, published: 8080, host_ip: 127.0.0.1, x-audience: [localhost]}]").ports;
  expect(port && bindAddress({ ...port, hostIp: "192.168.1.100" })).toBe("192.168.1.100");
});

test.each<[string, readonly string[]]>([
  ["", []],
  ["pid: host", ["label=disable"]],
  ["ipc: host", ["label=disable"]],
  ["security_opt: ['no-new-privileges:true']", ["no-new-privileges:true"]],
])("the security options of %j", (line, options) => {
  expect(securityOptions(service(line).definition)).toEqual(options);
});

test("an option that Docker adds is there once, also with all rights", () => {
  const security = { ipc: undefined, pid: undefined, privileged: true, security_opt: ["label=disable"] };
  expect(securityOptions(security)).toEqual(["label=disable"]);
  expect(securityOptions({ ...security, security_opt: [] })).toEqual(["label=disable"]);
});

test("capabilities have their prefix and one order", () => {
  const { cap_add, cap_drop } = service("cap_add: [NET_RAW, CAP_CHOWN]").definition;
  expect([cap_add, cap_drop, service("cap_drop: [ALL]").definition.cap_drop]).toEqual([
    ["CAP_CHOWN", "CAP_NET_RAW"],
    [],
    ["ALL"],
  ]);
});
