import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openLab, run } from "../../lab/lab.js";
import type { RunResult } from "../../lab/lab.js";
import { nasSettings } from "./homelab.js";

// The kernel's own NFS server and client, which the containers of the other labs do not have.
const lab = openLab("kernel");
const NAS = "pi5";
const CLIENT = "jellyfin";
const HOSTS = [NAS, CLIENT];
/** Those that ./homelab.ts declares, with their share. */
const CONTAINERS = [
  ["library", "movies"],
  ["recorder", "tv"],
] as const;
/** Which no host has. */
const STRANGER = lab.host(NAS).address.replace(/\d+$/, "199");
const HELPER = ["sudo", "-n", "/usr/local/sbin/homelab-helper"];
/** For machines that are emulated, beside others that want the processors. */
const PATIENCE = { timeoutMs: 600_000, connectSeconds: 60 };
/** Of a share on the NAS. */
const folder = (share: string): string => `/srv/nas/${share}`;
const source = (path: string): string => `${lab.host(NAS).address}:${path}`;

/** Runs a program as root and returns what it prints. */
async function output(host: string, ...argv: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await root(host, ...argv);
  expect([argv, exitCode, exitCode === 0 ? "" : stderr]).toEqual([argv, 0, ""]);
  return stdout.trim();
}
const root = (host: string, ...argv: string[]): Promise<RunResult> =>
  lab.ssh(host, ["sudo", ...argv], { user: "pi", ...PATIENCE });
/** Runs one of the scripts beside this file on the client, as root. */
const script = (file: string, ...args: string[]): Promise<RunResult> => {
  const input = readFileSync(join(__dirname, file), "utf8");
  return lab.ssh(CLIENT, ["sudo", "bash", "-s", "--", ...args], { user: "pi", input, ...PATIENCE });
};
const tryMount = (...args: string[]): Promise<RunResult> => script("try-mount.sh", ...args);

/** Pulls the plug of a machine, or plugs it in and waits until it has booted. */
async function power(host: string, state: "on" | "off"): Promise<void> {
  const { stdout, exitCode } = await run("bash", [join(__dirname, "../../lab/kernel/vm.sh"), state, host]);
  expect([exitCode, exitCode === 0 ? "" : stdout]).toEqual([0, ""]);
}
/** Waits until a program succeeds, and returns what it prints. */
async function eventually(host: string, ...argv: string[]): Promise<string> {
  const deadline = Date.now() + PATIENCE.timeoutMs;
  while (Date.now() < deadline && (await root(host, ...argv)).exitCode !== 0) {
    await pause(1000);
  }
  return output(host, ...argv);
}
/** Applies the settings of a host as the program does, and returns what the helper says of each. */
async function apply(host: string): Promise<string[]> {
  const said: string[] = [];
  for (const { name, input } of (await nasSettings(lab)).get(host) ?? []) {
    if (typeof input !== "string") {
      throw new Error(`${name} has a secret`);
    }
    const { stdout, stderr, exitCode } = await lab.ssh(host, [...HELPER, "apply", name], {
      input,
      ...PATIENCE,
    });
    expect([name, exitCode, exitCode === 0 ? "" : stderr]).toEqual([name, 0, ""]);
    said.push(stdout.trim());
  }
  return said;
}

jest.setTimeout(1_800_000);
beforeAll(async () => {
  await lab.assertUp();
  await lab.bootstrap(HOSTS);
  for (const host of HOSTS) {
    await apply(host);
  }
  await output(NAS, "sh", "-c", `echo film >${folder("movies")}/film; echo secret >${folder("backups")}/secret`);
  for (const [name, share] of CONTAINERS) {
    const { stderr, exitCode } = await script("make-container.sh", name, `/mnt/media/${share}`);
    expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  }
});

test("the server is the kernel's, and speaks NFS 4.2 only", async () => {
  expect(await output(NAS, "cat", "/proc/fs/nfsd/versions")).toBe("-3 +4 -4.0 -4.1 +4.2");
});

test.each(["movies", "tv"])("%s is mounted by a systemd unit", async (share) => {
  expect(await output(CLIENT, "systemctl", "is-active", `mnt-media-${share}.mount`)).toBe("active");
  const [type, options] = (await output(CLIENT, "findmnt", "-no", "FSTYPE,OPTIONS", `/mnt/media/${share}`)).split(
    /\s+/,
  );
  expect(type).toBe("nfs4");
  expect(options).toContain("vers=4.2");
});

test("a client that reads only cannot write, however it mounts", async () => {
  expect(await output(CLIENT, "cat", "/mnt/media/movies/film")).toBe("film");
  expect((await root(CLIENT, "touch", "/mnt/media/movies/mine")).stderr).toContain("Read-only file system");
  const { stderr } = await tryMount("vers=4.2,rw", source(folder("movies")), "touch", "mine");
  expect(stderr).toContain("Read-only file system");
});

test("a client that writes makes files of uid and gid 1000, whoever it is there", async () => {
  await output(CLIENT, "sh", "-c", "echo of root >/mnt/media/tv/root");
  await output(CLIENT, "setpriv", "--reuid=33", "--regid=33", "--clear-groups", "touch", "/mnt/media/tv/www-data");
  await root(CLIENT, "chown", "0:0", "/mnt/media/tv/root");
  for (const file of ["root", "www-data"]) {
    expect(await output(NAS, "stat", "-c", "%u:%g", `${folder("tv")}/${file}`)).toBe("1000:1000");
    expect(await output(CLIENT, "stat", "-c", "%u:%g", `/mnt/media/tv/${file}`)).toBe("1000:1000");
  }
});

test("a client sees its own shares and nothing else of the NAS", async () => {
  const { stdout } = await tryMount("vers=4.2", source("/"), "find", "-mindepth", "1", "-type", "d");
  expect(stdout.trim().split("\n").sort()).toEqual(["./srv", "./srv/nas", "./srv/nas/movies", "./srv/nas/tv"]);
  const { stderr, exitCode } = await tryMount("vers=4.2", source(folder("backups")), "cat", "secret");
  expect([exitCode, stderr]).toEqual([32, expect.stringMatching(/No such file or directory|access denied/)]);
});

test("a host that is no client is refused", async () => {
  const asClient = await tryMount("vers=4.2", source(folder("movies")), "cat", "film");
  expect(asClient.stdout).toBe("film\n");
  const { stderr, exitCode } = await tryMount("--from", STRANGER, "vers=4.2", source(folder("movies")), "cat", "film");
  expect([exitCode, stderr]).toEqual([
    32,
    expect.stringMatching(/No such file or directory|access denied|not permitted/),
  ]);
});

test.each(["3", "4.0", "4.1"])("NFS %s is refused", async (version) => {
  const { stderr, exitCode } = await tryMount(`vers=${version},retry=0`, source(folder("movies")), "cat", "film");
  expect([exitCode, stderr]).toEqual([32, expect.stringMatching(/not supported/)]);
});

const inContainer = (name: string, ...argv: string[]): string[] => ["docker", "exec", name, "/busybox", ...argv];

test("after a power cut of the NAS its client goes on by itself, and what it was writing is whole", async () => {
  const lines = 60;
  const write = `for i in $(seq ${lines}); do echo $i || exit; sleep 1; done >/mnt/media/tv/log`;
  const writer = output(CLIENT, "sh", "-c", write);
  await power(NAS, "off");
  await power(NAS, "on");
  await writer;
  expect((await output(NAS, "cat", `${folder("tv")}/log`)).split("\n")).toHaveLength(lines);
  expect(await eventually(CLIENT, "cat", "/mnt/media/movies/film")).toBe("film");
  expect(await eventually(CLIENT, ...inContainer("library", "cat", "/share/film"))).toBe("film");
  await eventually(CLIENT, ...inContainer("recorder", "touch", "/share/after-power-cut"));
});

test("a client that booted has its shares, and its containers have them", async () => {
  await power(CLIENT, "off");
  await power(CLIENT, "on");
  expect(await eventually(CLIENT, "cat", "/mnt/media/movies/film")).toBe("film");
  expect(await eventually(CLIENT, ...inContainer("library", "cat", "/share/film"))).toBe("film");
  await eventually(CLIENT, ...inContainer("recorder", "touch", "/share/after-boot"));
  expect(await output(NAS, "ls", folder("tv"))).toContain("after-boot");
});

test("settings that are in force are left alone, and nothing has drifted", async () => {
  for (const host of HOSTS) {
    expect(await apply(host)).toEqual(["unchanged"]);
    const { settings } = JSON.parse(await output(host, HELPER.at(-1) ?? "", "probe")) as {
      settings: Record<string, { state: string; drift: object[] }>;
    };
    const applied = Object.entries(settings).filter(([, { state }]) => state !== "absent");
    expect(applied.map(([name, { state, drift }]) => [name, state, drift])).toEqual([
      [host === NAS ? "nfs" : "mounts", "applied", []],
    ]);
  }
});
