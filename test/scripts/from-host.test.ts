import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { composeFromHost, composeOf } from "../../scripts/add-service/from-host.js";
import { HOST_KEY } from "../model/declare.js";

const ID = "f".repeat(64);
const IMAGE = {
  Config: {
    Cmd: ["serve"],
    Entrypoint: ["/entry"],
    Env: ["PATH=/bin", "LEVEL=info"],
    Labels: { maintainer: "them" },
    User: "",
    WorkingDir: "/app",
  },
};
const NO_RESTART = { Name: "no", MaximumRetryCount: 0 };

type Container = Parameters<typeof composeOf>[0];
const container = (config: object = {}, hostConfig: object = {}, mounts: Container["Mounts"] = []): Container => ({
  Id: ID,
  Name: "/wiki",
  Config: { ...IMAGE.Config, Image: "wiki:2.1", Hostname: ID.slice(0, 12), ...config },
  HostConfig: { NetworkMode: "default", RestartPolicy: NO_RESTART, ShmSize: 67_108_864, ...hostConfig },
  Mounts: mounts,
});
const written = (...of: Parameters<typeof container>): unknown => parse(composeOf(container(...of), IMAGE));
const PLAIN = { image: "wiki:2.1", container_name: "wiki" };

test("what the image says by itself is left out", () => {
  expect(written()).toEqual({ services: { wiki: PLAIN } });
});

test("what was said when the container was made is kept, value by value", () => {
  const config = {
    Cmd: ["serve", "--fast"],
    Env: ["PATH=/bin", "LEVEL=debug", "URL=a=b", "EMPTY="],
    Labels: { maintainer: "them", mine: "1", "com.docker.compose.project": "old" },
    User: "1000:1000",
    Hostname: "wiki-host",
    StopTimeout: 30,
    StopSignal: "SIGINT",
    Healthcheck: { Test: ["CMD", "true"], Interval: 5_000_000_000, Retries: 3 },
  };
  const hostConfig = {
    PortBindings: {
      "80/tcp": [
        { HostIp: "0.0.0.0", HostPort: "8080" },
        { HostIp: "::", HostPort: "8080" },
      ],
      "53/udp": [{ HostIp: "192.168.1.100", HostPort: "53" }],
      "81/tcp": [{ HostIp: "fd00::1", HostPort: "81" }],
      "82/tcp": null,
    },
    RestartPolicy: { Name: "on-failure", MaximumRetryCount: 4 },
    CapAdd: ["NET_ADMIN"],
    ReadonlyRootfs: true,
    Init: true,
    ExtraHosts: ["nas:192.168.1.100"],
    Tmpfs: { "/tmp": "", "/run": "size=1m" },
    Devices: [{ PathOnHost: "/dev/dri", PathInContainer: "/dev/dri", CgroupPermissions: "rwm" }],
    Memory: 268_435_456,
    NanoCpus: 1_500_000_000,
    ShmSize: 134_217_728,
  };
  expect(written(config, hostConfig)).toEqual({
    services: {
      wiki: {
        ...PLAIN,
        hostname: "wiki-host",
        command: ["serve", "--fast"],
        user: "1000:1000",
        environment: { LEVEL: "debug", URL: "a=b", EMPTY: "" },
        labels: { mine: "1" },
        stop_signal: "SIGINT",
        stop_grace_period: "30s",
        healthcheck: { test: ["CMD", "true"], interval: "5s", retries: 3 },
        ports: ["8080:80", "192.168.1.100:53:53/udp", "[fd00::1]:81:81"],
        restart: "on-failure:4",
        read_only: true,
        init: true,
        cap_add: ["NET_ADMIN"],
        extra_hosts: ["nas:192.168.1.100"],
        tmpfs: ["/tmp", "/run:size=1m"],
        devices: ["/dev/dri:/dev/dri:rwm"],
        mem_limit: 268_435_456,
        cpus: 1.5,
        shm_size: 134_217_728,
      },
    },
  });
});

test("data stay where they are: volumes keep their names, folders of the host their paths", () => {
  const volume = { Type: "volume", Name: "wiki_data", Source: "/var/lib/docker/volumes/wiki_data/_data" };
  const compose = written({}, {}, [
    { ...volume, Destination: "/data", RW: true },
    { Type: "bind", Source: "/etc/localtime", Destination: "/etc/localtime", RW: false },
    { Type: "tmpfs", Destination: "/cache", RW: true },
  ]);
  expect(compose).toEqual({
    services: { wiki: { ...PLAIN, volumes: ["wiki_data:/data", "/etc/localtime:/etc/localtime:ro"] } },
    volumes: { wiki_data: { external: true, name: "wiki_data" } },
  });
});

test("with another entrypoint the image's command is said, since Compose takes none from the image then", () => {
  expect(written({ Entrypoint: ["/other"] })).toEqual({
    services: { wiki: { ...PLAIN, entrypoint: ["/other"], command: ["serve"] } },
  });
});

test.each([
  ["host", "host"],
  [`container:${ID}`, `container:${ID}`],
  ["bridge", undefined],
  ["my-net", undefined],
])("the network %s", (mode, said) => {
  expect(written({}, { NetworkMode: mode })).toEqual({
    services: { wiki: { ...PLAIN, ...(said !== undefined && { network_mode: said }) } },
  });
});

test("a health check that was switched off stays off", () => {
  expect(written({ Healthcheck: { Test: ["NONE"] } })).toEqual({
    services: { wiki: { ...PLAIN, healthcheck: { disable: true } } },
  });
});

describe("asked of a host", () => {
  const host = { name: "pi5", address: "192.0.2.1", port: 22, user: "deploy", hostKey: HOST_KEY };
  const path = process.env["PATH"] ?? "";
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "from-host-"));
  });
  afterEach(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  });
  /** ssh(1) hands the command to a shell here, whose docker has this container. */
  function has(it: Container): void {
    writeFileSync(join(folder, "container.json"), JSON.stringify([it]));
    writeFileSync(join(folder, "image.json"), JSON.stringify([IMAGE]));
    const docker = `#!/bin/bash
case $* in
  "inspect --type container wiki") cat ${folder}/container.json ;;
  "image inspect wiki:2.1") cat ${folder}/image.json ;;
  *) echo "Error: No such container: \${!#}" >&2; exit 1 ;;
esac
`;
    for (const [name, text] of Object.entries({ ssh: `#!/bin/bash\nexec bash -c "\${@: -1}"\n`, docker })) {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
    }
    process.env["PATH"] = `${folder}:${path}`;
  }

  test("a container gets its Compose file", async () => {
    has(container({ User: "1000" }));
    expect(parse(await composeFromHost(host, "wiki"))).toEqual({ services: { wiki: { ...PLAIN, user: "1000" } } });
  });

  test("one that is not there, or belongs to this program, is said", async () => {
    has(container({ Labels: { "homelab.service": "wiki" } }));
    await expect(composeFromHost(host, "wiki")).rejects.toThrow("wiki on pi5 belongs to this program already");
    await expect(composeFromHost(host, "other")).rejects.toThrow("No such container: other");
  });
});

test("a value that others would read as a date or a number has quotes", () => {
  const text = composeOf(container({ Env: ["SINCE=2024-01-01", "SIZE=1_000"] }), IMAGE);
  expect(text).toMatch(/SINCE: "2024-01-01"\n +SIZE: "1_000"/);
});
