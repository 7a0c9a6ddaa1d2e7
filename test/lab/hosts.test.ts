import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { prepareProject } from "../../lab/project.js";
import type { Audience } from "../../model/audience.js";
import type { Opening } from "../../model/firewall.js";
import type { HomelabModel, HostModel } from "../../model/homelab.js";
import { loadHomelab } from "../../model/load.js";
import { run } from "../../scripts/process.js";
import { PROGRAM } from "../../scripts/pulumi-cli.js";
import type { PulumiCli } from "../../scripts/pulumi-cli.js";
import { configure, containers, lab, operate, UP, up } from "./homelab.js";

// What the hosts themselves are: port scans from everywhere, drift by hand, power cuts, a deployer that dies.

jest.setTimeout(600_000);
const SIBLING = "pi-zero-1";
const NAS = "pi5";
const TAILNET = { host: "100.64.0.1", peer: "100.64.0.2", spoofed: "100.64.0.9" };
let cli: PulumiCli;
let homelab: HomelabModel;

beforeAll(async () => {
  await lab.assertUp();
  await lab.freshHosts();
  await rm(join(lab.dir, "backend"), { recursive: true, force: true });
  await rm(join(lab.dir, "project"), { recursive: true, force: true });
  cli = await prepareProject(lab);
  homelab = loadHomelab(cli.stack, [cli.directory, PROGRAM]);
  await up(cli);
});

/** Runs nmap somewhere: its arguments to its output. */
type Scanner = (args: readonly string[]) => Promise<string>;

const onHost =
  (host: string, ...before: string[]): Scanner =>
  async (args) => {
    const { stdout, stderr, exitCode } = await lab.root(host, [...before, "nmap", ...args], { timeoutMs: 120_000 });
    expect([host, exitCode, exitCode === 0 ? "" : stderr]).toEqual([host, 0, ""]);
    return stdout;
  };
const onMachine: Scanner = async (args) => {
  const { stdout, stderr, exitCode } = await run("nmap", args, { timeoutMs: 120_000 });
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  return stdout;
};

/** Every declared port, and those on which a Debian host or Docker may be found listening. */
const ports = (): string => {
  const declared = homelab.hosts.flatMap(({ openings }) => openings.map(({ port }) => port));
  return ["1-1024", "2049", "2375-2377", "3306", "5353", "5355", "5432", "6379", "7946", ...new Set(declared)].join(
    ",",
  );
};

/** The open TCP ports of some addresses, by address. */
async function scan(
  scanner: Scanner,
  addresses: readonly string[],
  ...more: string[]
): Promise<Record<string, number[]>> {
  const speed = ["-T4", "--max-retries", "2", "--min-rate", "2000", "--min-hostgroup", "8"];
  const output = await scanner(["-n", "-Pn", "-sS", ...speed, "-p", ports(), "-oG", "-", ...more, ...addresses]);
  const found = new Map(addresses.map((address): [string, number[]] => [address, []]));
  for (const [, address = "", list = ""] of output.matchAll(/^Host: (\S+) .*Ports: ([^\t\n]*)/gm)) {
    found.set(
      address,
      [...list.matchAll(/(\d+)\/open\/tcp/g)].map(([, port]) => Number(port)),
    );
  }
  return Object.fromEntries(found);
}

/** What the declaration says is open for somebody. */
function declared(host: HostModel, is: readonly Audience[]): number[] {
  const invited = ({ from, protocol }: Opening): boolean =>
    protocol === "tcp" && from.some((who) => (is as readonly string[]).includes(who) || who === `${addressOf(is)}/32`);
  return host.openings
    .filter(invited)
    .map(({ port }) => port)
    .sort((a, b) => a - b);
}
const addressOf = (is: readonly Audience[]): string => {
  const name = is.find((who) => who.startsWith("host:"))?.slice("host:".length);
  return homelab.hosts.find((host) => host.name === name)?.address ?? "nobody";
};

async function matches(scanner: Scanner, hosts: readonly HostModel[], is: readonly Audience[], ...more: string[]) {
  const found = await scan(
    scanner,
    hosts.map(({ address }) => address),
    ...more,
  );
  expect(Object.fromEntries(hosts.map(({ name, address }) => [name, found[address]]))).toEqual(
    Object.fromEntries(hosts.map((host) => [host.name, declared(host, is)])),
  );
}

/** Words that run something in the network of a container that can reach the world. */
async function insideContainer(host: HostModel): Promise<string[]> {
  const service = host.services.find(({ ports: its }) => its.length > 0) ?? host.services[0];
  const { stdout } = await lab.root(host.name, ["docker", "inspect", "-f", "{{.State.Pid}}", service?.name ?? ""]);
  return ["nsenter", "--net", "--target", stdout.trim()];
}

const asSibling: readonly Audience[] = ["lan", `host:${SIBLING}`, "role:agent"];
const others = (): HostModel[] => homelab.hosts.filter(({ name }) => name !== SIBLING);

/** Somebody on the tailnet, played by a namespace at the other end of an interface with its name. */
const TAILNET_PEER = `
  ip netns del peer 2>/dev/null || true
  ip link del tailscale0 2>/dev/null || true
  ip netns add peer
  ip link add tailscale0 type veth peer name peer0 netns peer
  ip addr add ${TAILNET.host}/24 dev tailscale0
  ip link set tailscale0 up
  ip -n peer addr add ${TAILNET.peer}/24 dev peer0
  ip -n peer link set peer0 up
`;

async function everythingAsDeclared(): Promise<void> {
  // from outside the LAN, and from a place on it
  await matches(onMachine, homelab.hosts, [], "-S", lab.outsideAddress, "-e", `hl-${lab.name}-o`);
  await matches(onMachine, homelab.hosts, ["lan"]);
  // from a sibling, and from a container on it, which has its host's rights
  await matches(onHost(SIBLING), others(), asSibling);
  const sibling = homelab.hosts.find(({ name }) => name === SIBLING);
  if (sibling !== undefined) {
    await matches(onHost(SIBLING, ...(await insideContainer(sibling))), others(), asSibling);
  }
  // from a container on the host itself, and from the tailnet
  await Promise.all(
    homelab.hosts.map(async (host) => {
      await matches(onHost(host.name, ...(await insideContainer(host))), [host], ["containers"]);
      expect((await lab.root(host.name, ["sh", "-ec", TAILNET_PEER])).stderr).toBe("");
      const found = await scan(onHost(host.name, "ip", "netns", "exec", "peer"), [TAILNET.host]);
      expect([host.name, found[TAILNET.host]]).toEqual([host.name, declared(host, ["tailnet"])]);
    }),
  );
}

test("after up, everybody reaches what was declared for them and nothing else", everythingAsDeclared);

test("an address of the tailnet is dropped wherever else it comes from", async () => {
  const { hosts } = homelab;
  const [target] = hosts;
  const from = hosts.find(({ name }) => name === SIBLING)?.address ?? "";
  const name = target?.name ?? "";
  await lab.root(SIBLING, ["ip", "addr", "replace", `${TAILNET.spoofed}/32`, "dev", "lo"]);
  await lab.root(name, ["ip", "route", "replace", TAILNET.spoofed, "via", from]);
  const address = target?.address ?? "";
  const device =
    (await lab.root(SIBLING, ["ip", "route", "get", address])).stdout.split(" dev ")[1]?.split(" ")[0] ?? "";
  const found = await scan(onHost(SIBLING), [address], "-S", TAILNET.spoofed, "-e", device);
  expect(found[address]).toEqual([]);
  const counters = await lab.root(name, ["iptables", "-t", "mangle", "-nvxL", "HOMELAB-TAILNET"]);
  const dropped = /^\s*(\d+)\s+\d+\s+DROP .* 100\.64\.0\.0\/10 /m.exec(counters.stdout)?.[1];
  expect(Number(dropped)).toBeGreaterThan(100);
});

test("after a power cut of everything, with the NAS back last, all services return by themselves, and the same is open", async () => {
  const names = homelab.hosts.map(({ name }) => name);
  const others = names.filter((name) => name !== NAS);
  await Promise.all(names.map((name) => lab.powerOff(name)));
  await Promise.all(others.map((name) => lab.powerOn(name)));
  await allRunning((name) => others.some((host) => name.startsWith(`${host}/`)) && name !== "jellyfin/jellyfin");
  expect((await containers(["jellyfin"]))["jellyfin/jellyfin"]?.state).not.toMatch(/^running/);
  await lab.powerOn(NAS);
  await allRunning();
  await everythingAsDeclared();
});

test("after a restart of Docker, the same", async () => {
  await Promise.all(homelab.hosts.map(({ name }) => lab.root(name, ["systemctl", "restart", "docker"])));
  await allRunning();
  await everythingAsDeclared();
});

test("a preview opens one connection to each host, with a key that may only look", async () => {
  const logins = async (): Promise<string[]> => {
    const said = homelab.hosts.map(async ({ name }) =>
      lab.root(name, ["journalctl", "--unit", "ssh", "--output", "cat"]),
    );
    return (await Promise.all(said)).map(({ stdout }) =>
      [...stdout.matchAll(/Accepted publickey for (\S+)/g)].map(([, user]) => user).join(" "),
    );
  };
  const before = await logins();
  const { changes, exitCode, output } = await operate(cli, ["preview"], { SSH_AUTH_SOCK: lab.probeAgentSocket });
  expect([exitCode, Object.keys(changes), output]).toEqual([0, ["unchanged"], expect.not.stringContaining("warning")]);
  expect(await logins()).toEqual(before.map((users) => `${users} probe`));
});

test("what somebody changes on hosts by hand is told by a preview, healed by up, and then there is nothing to do", async () => {
  const byHand: Record<string, readonly [string, string]> = {
    "pi5-ssh": ["echo 'PermitRootLogin yes' >/etc/ssh/sshd_config.d/00-aaa.conf", "ssh on pi5: PermitRootLogin yes"],
    "pi5-firewall": ["ufw allow 8000/tcp", "firewall on pi5: 8000/tcp from anywhere, added by hand"],
    "pi5-nfs": ["exportfs -u 172.30.1.102:/srv/nas/movies", 'nfs on pi5: lacks "/srv/nas/movies to'],
    "jellyfin-mounts": [
      "rm /etc/systemd/system/homelab-mounts.timer",
      "mounts on jellyfin: /etc/systemd/system/homelab-mounts.timer: removed by hand",
    ],
    "pi4-ci-docker": [
      `jq '."live-restore" = false' /etc/docker/daemon.json >/tmp/d; cat /tmp/d >/etc/docker/daemon.json`,
      'docker on pi4-ci: daemon.json: "live-restore: false" instead of "live-restore: true"',
    ],
    "pi-zero-2-system": [
      "rm /etc/systemd/journald.conf.d/60-homelab.conf",
      "system on pi-zero-2: /etc/systemd/journald.conf.d/60-homelab.conf: removed by hand",
    ],
  };
  for (const [setting, [script]] of Object.entries(byHand)) {
    const host = setting.replace(/-[^-]+$/, "");
    expect([setting, (await lab.root(host, ["sh", "-ec", script])).stderr]).toEqual([setting, expect.any(String)]);
  }
  const preview = await operate(cli, ["preview"]);
  for (const [, words] of Object.values(byHand)) {
    expect(preview.output).toContain(words);
  }
  const updated = [...preview.output.matchAll(/~\s+command:remote:Command (\S+) update/g)].map(([, name]) => name);
  expect(updated.sort()).toEqual(expect.arrayContaining(Object.keys(byHand).sort()));
  await up(cli);
  await allRunning();
  const again = await up(cli);
  expect([Object.keys(again.changes), again.output]).toEqual([["unchanged"], expect.not.stringContaining("warning")]);
});

test("a deployer that dies between applying and confirming leaves the former firewall, and the next preview says so", async () => {
  await configure(cli, ["homelab:admin"], { from: ["lan", "tailnet", "10.9.0.0/16"] });
  const child = spawn(join(PROGRAM, "node_modules/.bin/pulumi"), [...UP, "--stack", cli.stack, "--non-interactive"], {
    cwd: cli.directory,
    env: { ...process.env, ...cli.env },
    detached: true,
  });
  const closed = once(child, "close");
  child.stderr.resume();
  let died = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const applied = / (\S+)-firewall updating .* applied$/m.exec(chunk.toString());
    if (died === "" && applied !== null && child.pid !== undefined) {
      died = applied[1] ?? "";
      process.kill(-child.pid, "SIGKILL");
    }
  });
  await closed;
  expect(homelab.hosts.map(({ name }) => name)).toContain(died);
  await new Promise((resolve) => setTimeout(resolve, 70_000));
  expect((await lab.root(died, ["ufw", "show", "added"])).stdout).not.toContain("10.9.0.0/16");
  await cli.must(["cancel", "--yes"]);
  expect((await operate(cli, ["preview"])).output).toContain(`firewall on ${died}: reverted`);
  await up(cli);
  expect((await lab.root(died, ["ufw", "show", "added"])).stdout).toContain("10.9.0.0/16");
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
});

/** Returns when containers are up again by themselves: all, or those of which `which` says so. */
async function allRunning(which: (name: string) => boolean = () => true): Promise<void> {
  const states = async (): Promise<[string, string][]> => {
    const hosts = homelab.hosts.map(({ name }) => name).filter((name) => which(`${name}/`) || which(`${name}/any`));
    return Object.entries(await containers(hosts))
      .filter(([name]) => which(name))
      .map(([name, { state }]) => [name, state]);
  };
  for (let tries = 0; tries < 90; tries++) {
    if ((await states()).every(([, state]) => state === "running healthy")) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  expect((await states()).filter(([, state]) => state !== "running healthy")).toEqual([]);
}
