import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { run } from "../../lab/lab.js";
import { lab } from "./homelab.js";
import { freshLab } from "./states.js";

// The lab keeps its promises: these hold for what is in it, whatever is deployed. Needs `npm run lab -- up --no-deploy`.
const names = lab.hosts.filter(({ spare }) => !spare).map(({ name }) => name);
const [nas, ci, media] = ["pi5", "pi4-ci", "jellyfin"].map((name) => lab.host(name)) as [Host, Host, Host];
type Host = ReturnType<typeof lab.host>;

/** What the lab's registries were given: reference and kind. */
const published = (): { reference: string; kind: string }[] =>
  readFileSync(join(lab.dir, "digests.txt"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("\t"))
    .map(([reference = "", , kind = ""]) => ({ reference, kind }));
const standIn = (): string => published().find(({ kind }) => kind === "standin")?.reference ?? "";

/** Runs as root. */
const script = (host: string, text: string): ReturnType<typeof lab.root> =>
  lab.root(host, ["bash", "-euo", "pipefail", "-s"], { input: text });

jest.setTimeout(300_000);
beforeAll(async () => {
  await freshLab();
});

describe.each(names)("%s", (name) => {
  test("boots without a failed unit and lets deploy in by key", async () => {
    const { stdout } = await lab.ssh(name, ["systemctl", "is-system-running"]);
    expect(stdout.trim()).toBe("running");
    expect((await lab.ssh(name, ["id", "-nG"])).stdout.split(/\s/)).toContain("docker");
  });

  test("has the host key that the lab says", async () => {
    const { stdout } = await lab.ssh(name, ["cat", "/etc/ssh/ssh_host_ed25519_key.pub"]);
    expect(stdout).toContain(await lab.hostKey(name));
  });

  test("has a Docker Engine of its own", async () => {
    const { stdout } = await lab.ssh(name, ["docker", "info", "--format", "{{.Name}} {{.Driver}}"]);
    expect(stdout.trim()).toBe(`${name} overlay2`);
  });
});

describe("registries", () => {
  test.each(lab.registries.map(({ name }) => name))("%s answers pulls", async (registry) => {
    const here = ({ reference }: { reference: string }): boolean =>
      registry === "docker.io" ? !/^[^/]*\.[^/]*\//.test(reference) : reference.startsWith(`${registry}/`);
    const image = published().find(here);
    if (image === undefined) {
      return;
    } // a registry without images has nothing to answer
    const { exitCode, stderr } = await lab.ssh(nas.name, ["docker", "pull", "--quiet", image.reference]);
    expect([exitCode, stderr]).toEqual([0, ""]);
  });

  test("refuse an image that they do not have", async () => {
    const { stderr } = await lab.ssh(nas.name, ["docker", "pull", "--quiet", "lab-box/none:1"]);
    expect(stderr).toMatch(/manifest unknown|not found/);
  });
});

describe("containers on a host", () => {
  const port = 18181;

  beforeAll(async () => {
    const options = ["--name", "lab-box", "--env", `STANDIN_PORTS=${port}`, "--publish", `${port}:${port}`];
    await lab.ssh(ci.name, ["docker", "rm", "--force", "lab-box"]);
    const { stderr, exitCode } = await lab.ssh(ci.name, ["docker", "run", "--detach", ...options, standIn()]);
    expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  });
  afterAll(() => lab.ssh(ci.name, ["docker", "rm", "--force", "lab-box"]));

  const url = `http://${ci.address}:${port}/`;
  const fetched = ["curl", "-fsS", "--max-time", "5", "--retry", "5", "--retry-connrefused"];

  test("answer this machine, a sibling, and a place outside the LAN", async () => {
    const answers = [
      await run("curl", [...fetched.slice(1), url]),
      await lab.ssh(nas.name, [...fetched, `http://${ci.name}:${port}/`]),
      await run("curl", [...fetched.slice(1), "--interface", lab.outsideAddress, url]),
    ];
    answers.forEach(({ stdout }) => {
      expect(stdout).toMatch(/stand-in/);
    });
  });

  test("know the hosts by name", async () => {
    const { stdout } = await lab.ssh(ci.name, ["docker", "exec", "lab-box", "nslookup", `${nas.name}.lab`]);
    expect(stdout).toContain(nas.address);
  });

  test("are killed at their memory limit", async () => {
    const limit = ["--memory", "16m", "--memory-swap", "16m", "--entrypoint", "/bin/sh"];
    const { exitCode } = await lab.ssh(ci.name, ["docker", "run", "--rm", ...limit, standIn(), "-c", "tail /dev/zero"]);
    expect(exitCode).toBe(137);
  });
});

describe("the lab's network", () => {
  test("has no way out", async () => {
    const { stderr } = await lab.inNamespace(["ip", "route", "get", "198.51.100.1"]);
    expect(stderr).toContain("unreachable");
  });

  test.each([
    ["IPv4", lab.machineAddress, lab.machineAddress],
    ["IPv6", lab.machineAddress6, `[${lab.machineAddress6}]`],
  ])("hosts cannot open connections to this machine over %s", async (_, listenOn, inUrl) => {
    const server = createServer((_, response) => response.end("secret"));
    await new Promise<void>((resolve) => server.listen(0, listenOn, resolve));
    const address = server.address();
    const url = `http://${inUrl}:${typeof address === "object" ? (address?.port ?? 0) : 0}/`;
    try {
      expect((await run("curl", ["-fsS", "--max-time", "5", url])).stdout).toBe("secret");
      const { exitCode } = await lab.ssh(nas.name, ["curl", "-fsS", "--max-time", "5", url]);
      expect(exitCode).not.toBe(0);
    } finally {
      server.close();
    }
  });
});

test("NFS: a host mounts what another exports to it, a third does not", async () => {
  await script(
    nas.name,
    `mkdir -p /export/lab-box /etc/exports.d
     echo '/export/lab-box ${media.address}(rw,no_root_squash,no_subtree_check)' >/etc/exports.d/lab-box.exports
     systemctl start nfs-server
     exportfs -ra`,
  );
  const mount = `mkdir -p /mnt/lab-box; mount -t nfs ${nas.name}:/export/lab-box /mnt/lab-box`;
  try {
    const write = await script(media.name, `${mount}; echo written >/mnt/lab-box/file; umount /mnt/lab-box`);
    expect([write.exitCode, write.stderr]).toEqual([0, ""]);
    expect((await lab.ssh(nas.name, ["cat", "/export/lab-box/file"])).stdout).toBe("written\n");
    expect((await script(ci.name, mount)).exitCode).not.toBe(0);
  } finally {
    await lab.root(media.name, ["rmdir", "/mnt/lab-box"]);
    await lab.root(ci.name, ["rmdir", "/mnt/lab-box"]);
    await script(
      nas.name,
      `rm -r /export/lab-box /etc/exports.d/lab-box.exports
       exportfs -ra
       systemctl stop nfs-server`,
    );
  }
});

describe("hosts come and go", () => {
  const spare = "pi-zero-3";
  afterAll(() => lab.removeHost(spare));

  test("a spare one is added, loses power, comes back with its disk, is made again, and removed", async () => {
    const { address } = await lab.addHost(spare);
    expect((await lab.ssh(nas.name, ["getent", "hosts", spare])).stdout).toContain(address);
    const key = await lab.hostKey(spare);
    await lab.ssh(spare, ["touch", "here"]);

    await lab.powerOff(spare);
    expect((await lab.ssh(spare, ["true"])).exitCode).toBe(255);
    await lab.powerOn(spare);
    expect((await lab.ssh(spare, ["ls"])).stdout).toBe("here\n");
    expect(await lab.hostKey(spare)).toBe(key);

    await lab.freshHosts([spare]);
    expect((await lab.ssh(spare, ["ls"])).stdout).toBe("");
    expect(await lab.hostKey(spare)).not.toBe(key);

    await lab.removeHost(spare);
    expect(lab.hosts.map(({ name }) => name)).not.toContain(spare);
    expect((await lab.ssh(nas.name, ["getent", "hosts", spare])).exitCode).toBe(2);
  });
});
