import * as pulumi from "@pulumi/pulumi";
import { containerArgs } from "../../components/container-args.js";
import type { ContainerContext } from "../../components/container-args.js";
import { goDuration } from "../../components/go-duration.js";
import { serviceOf } from "../model/declare.js";

const context: ContainerContext = {
  logDefaults: { "max-size": "10m", "max-file": "3" },
  render: (text) => (typeof text === "string" ? text : text.names.join()),
  container: (name: string): string => `id-of-${name}`,
  network: (name) => `id-of-${name}`,
  fileOnHost: (path) => `/home/deploy/files${path}`,
  generation: "1",
  filesDigest: undefined,
};

/** The provider's arguments for a service with more lines. */
const argsOf = (...lines: string[]): object =>
  containerArgs(
    serviceOf(`name: p\nservices:\n  web:\n    image: nginx:1.29\n${lines.map((it) => `    ${it}\n`).join("")}
volumes:\n  data: {}\n  shared: {external: true}\nnetworks:\n  front: {}\n  outer: {external: true}\n  named: {name: given}\n`),
    context,
  );

const MINIMAL = {
  name: "web",
  image: "nginx:1.29",
  labels: [
    { label: "homelab.generation", value: "1" },
    { label: "homelab.service", value: "web" },
    { label: "com.centurylinklabs.watchtower.enable", value: "false" },
  ],
  networkMode: "bridge",
  networksAdvanced: [{ name: "id-of-p_default", aliases: ["web"] }],
  restart: "no",
  destroyGraceSeconds: 10,
};

test("what the file does not say is left to Docker", () => {
  expect(argsOf()).toEqual(MINIMAL);
});

const LABELS = MINIMAL.labels;

test.each<[string, string, object]>([
  ["command as a list", "command: [a, 'b c']", { command: ["a", "b c"] }],
  ["command as a text", "command: a 'b c' \"d\"", { command: ["a", "b c", "d"] }],
  ["a backslash in a text", String.raw`command: a "b\c \"d" 'e\f' g\h`, { command: ["a", 'bc "d', "e\\f", "gh"] }],
  ["an empty entrypoint", "{entrypoint: '', command: /run.sh a}", { entrypoints: ["/run.sh"], command: ["a"] }],
  ["entrypoint", "entrypoint: /run.sh", { entrypoints: ["/run.sh"] }],
  ["environment as a mapping", "environment: {A: 1, B: true, C: x}", { envs: ["A=1", "B=true", "C=x"] }],
  ["environment as a list", "environment: [A=1, B=a=b]", { envs: ["A=1", "B=a=b"] }],
  ["labels as a list", "labels: [a=b]", { labels: [LABELS[0], { label: "a", value: "b" }, ...LABELS.slice(1)] }],
  [
    "a port for the LAN",
    "ports: [{target: 80, published: '8080', x-audience: [lan]}]",
    { ports: [{ internal: 80, external: 8080, protocol: "tcp" }] },
  ],
  [
    "a port for the host alone",
    "ports: [{target: 80, published: 8080, protocol: udp, x-audience: [localhost]}]",
    { ports: [{ internal: 80, external: 8080, protocol: "udp", ip: "127.0.0.1" }] },
  ],
  [
    "short ports with an audience for all",
    "{ports: ['8080-8081:80-81'], x-homelab: {audience: [lan]}}",
    {
      ports: [
        { internal: 80, external: 8080, protocol: "tcp" },
        { internal: 81, external: 8081, protocol: "tcp" },
      ],
    },
  ],
  [
    "a named volume",
    "volumes: ['data:/d:ro']",
    { volumes: [{ containerPath: "/d", readOnly: true, volumeName: "p_data" }] },
  ],
  ["all GPUs", "gpus: all", { gpus: "all" }],
  ["some GPUs", "gpus: [{driver: nvidia, device_ids: ['0', GPU-3a23c669]}]", { gpus: "device=0,GPU-3a23c669" }],
  [
    "a number of GPUs, which are the first",
    "deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 2, capabilities: [gpu]}]}}}",
    { gpus: "device=0,1" },
  ],
  [
    "all GPUs by a reservation",
    "deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: all}]}}}",
    { gpus: "all" },
  ],
  ["an external volume", "volumes: ['shared:/d']", { volumes: [{ containerPath: "/d", volumeName: "shared" }] }],
  ["an anonymous volume", "volumes: [/d]", { volumes: [{ containerPath: "/d" }] }],
  ["a bind", "volumes: ['/srv/x:/d']", { volumes: [{ containerPath: "/d", hostPath: "/srv/x" }] }],
  [
    "a bind that must be there",
    "volumes: [{type: bind, source: /srv/x, target: /d, read_only: true, bind: {create_host_path: false}}]",
    { mounts: [{ type: "bind", source: "/srv/x", target: "/d", readOnly: true }] },
  ],
  [
    "a tmpfs among the volumes",
    "volumes: [{type: tmpfs, target: /t, tmpfs: {size: 64m}}]",
    { mounts: [{ type: "tmpfs", target: "/t", tmpfsOptions: { sizeBytes: 67108864 } }] },
  ],
  ["tmpfs", "tmpfs: ['/run:size=64m,mode=755', /tmp]", { tmpfs: { "/run": "size=64m,mode=755", "/tmp": "" } }],
  [
    "networks with aliases",
    "networks: {front: {aliases: [www]}, outer: , named: }",
    {
      networksAdvanced: [
        { name: "id-of-p_front", aliases: ["web", "www"] },
        { name: "id-of-outer", aliases: ["web"] },
        { name: "id-of-given", aliases: ["web"] },
      ],
    },
  ],
  [
    "a health check, which is waited for",
    "healthcheck: {test: curl -f localhost, interval: 90s, timeout: 5s, retries: 2, start_period: 1m}",
    {
      healthcheck: {
        tests: ["CMD-SHELL", "curl -f localhost"],
        interval: "1m30s",
        timeout: "5s",
        startPeriod: "1m0s",
        retries: 2,
      },
      wait: true,
      waitTimeout: 340,
    },
  ],
  [
    "what is left out of a health check is said nevertheless",
    "healthcheck: {test: [CMD, check], start_period: 0s}",
    {
      healthcheck: { tests: ["CMD", "check"], interval: "30s", timeout: "30s", retries: 3, startPeriod: "1ms" },
      wait: true,
      waitTimeout: 210,
    },
  ],
  [
    "no health check",
    "healthcheck: {disable: true}",
    { healthcheck: { tests: ["NONE"], interval: "30s", timeout: "30s", retries: 3, startPeriod: "1ms" } },
  ],
  ["restart", "restart: on-failure:3", { restart: "on-failure", maxRetryCount: 3 }],
  ["stop_grace_period", "stop_grace_period: 1m30s", { stopTimeout: 90, destroyGraceSeconds: 90 }],
  [
    "capabilities",
    "{cap_drop: [ALL], cap_add: [NET_RAW, CAP_CHOWN]}",
    { capabilities: { adds: ["CAP_CHOWN", "CAP_NET_RAW"], drops: ["ALL"] } },
  ],
  [
    "security_opt and read_only",
    "{security_opt: ['no-new-privileges:true'], read_only: true}",
    { securityOpts: ["no-new-privileges:true"], readOnly: true },
  ],
  [
    "devices",
    "devices: ['/dev/dri:/dev/dri']",
    { devices: [{ hostPath: "/dev/dri", containerPath: "/dev/dri", permissions: "rwm" }] },
  ],
  ["memory, with Docker's own swap", "mem_limit: 256m", { memory: 256, memorySwap: 512 }],
  [
    "limits in the other place",
    "deploy: {resources: {limits: {memory: 1g, cpus: '0.5'}, reservations: {memory: 128m}}}",
    { memory: 1024, memorySwap: 2048, cpus: "0.5", memoryReservation: 128 },
  ],
  [
    "logging",
    "logging: {driver: local, options: {max-size: 10m, max-file: 3}}",
    { logDriver: "local", logOpts: { "max-size": "10m", "max-file": "3" } },
  ],
  [
    "logging, said in part",
    "logging: {options: {max-size: 1m}}",
    { logDriver: "json-file", logOpts: { "max-size": "1m", "max-file": "3" } },
  ],
  [
    "extra_hosts",
    "extra_hosts: ['a=192.168.1.1', 'b:192.168.1.2', 'c=[fd00::1]']",
    {
      hosts: [
        { host: "a", ip: "192.168.1.1" },
        { host: "b", ip: "192.168.1.2" },
        { host: "c", ip: "fd00::1" },
      ],
    },
  ],
  ["dns", "dns: 192.168.1.1", { dns: ["192.168.1.1"] }],
  ["user and groups", "{user: '1000', group_add: [44]}", { user: "1000", groupAdds: ["44"] }],
  [
    "init, pid and hostname",
    "{init: true, pid: host, ipc: host, hostname: h}",
    { init: true, pidMode: "host", ipcMode: "host", hostname: "h", securityOpts: ["label=disable"] },
  ],
  [
    "ulimits",
    "ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}",
    {
      ulimits: [
        { name: "nofile", soft: 1, hard: 2 },
        { name: "nproc", soft: 3, hard: 3 },
      ],
    },
  ],
  [
    "shm_size and sysctls",
    "{shm_size: 128m, sysctls: {net.core.somaxconn: 1024}}",
    { shmSize: 128, sysctls: { "net.core.somaxconn": "1024" } },
  ],
  ["pids_limit", "pids_limit: 50", { labels: [...LABELS, { label: "homelab.pids-limit", value: "50" }] }],
  [
    "automatic updates",
    "x-homelab: {updates: automatic}",
    { labels: [...LABELS.slice(0, 2), { label: "com.centurylinklabs.watchtower.enable", value: "true" }] },
  ],
])("%s", (_, yaml, expected) => {
  const lines = yaml.startsWith("{") ? yaml.slice(1, -1).split(/, (?=[a-z_-]+: )/) : [yaml];
  expect(argsOf(...lines)).toEqual({ ...MINIMAL, ...expected });
});

test("the host's network has no networks of its own", () => {
  const args = argsOf("network_mode: host", "x-homelab: {listens: []}");
  expect({ ...args, networksAdvanced: MINIMAL.networksAdvanced }).toEqual({ ...MINIMAL, networkMode: "host" });
  expect(args).not.toHaveProperty("networksAdvanced");
});

test("files are mounted read-only, and their digest is a label", () => {
  const service = serviceOf(
    "services:\n  web:\n    image: nginx:1.29\n    configs: [{source: c, target: /etc/c}]\nconfigs:\n  c: {content: x}\n",
  );
  expect(containerArgs(service, { ...context, filesDigest: "abc" })).toMatchObject({
    mounts: [{ type: "bind", source: "/home/deploy/files/etc/c", target: "/etc/c", readOnly: true }],
    labels: [...LABELS, { label: "homelab.files", value: "abc" }],
  });
});

test.each([
  [0, "0s"],
  [0.5, "500ms"],
  [30, "30s"],
  [60, "1m0s"],
  [5400, "1h30m0s"],
  [3605, "1h0m5s"],
])("%d seconds are %s to Go", (seconds, text) => {
  expect(goDuration(seconds)).toBe(text);
});

test("the network of another container is that of its ID, so that both are replaced together", async () => {
  const service = serviceOf(
    "services:\n  web:\n    image: nginx:1.29\n    network_mode: service:vpn\n  vpn:\n    image: vpn:1\n",
  );
  const { networkMode, networksAdvanced } = containerArgs(service, context);
  expect(await new Promise((resolve) => pulumi.output(networkMode).apply(resolve))).toBe("container:id-of-vpn");
  expect(networksAdvanced).toBeUndefined();
});

test("a service that ends is not made again because it does not run", () => {
  expect(argsOf("x-homelab: {one-shot: true}", "healthcheck: {test: x}")).toMatchObject({ mustRun: false });
  expect(argsOf("x-homelab: {one-shot: true}", "healthcheck: {test: x}")).not.toHaveProperty("wait");
  expect(argsOf("restart: always")).not.toHaveProperty("mustRun");
});
