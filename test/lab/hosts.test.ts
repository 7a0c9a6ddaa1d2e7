import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prepareProject } from "../../lab/project.js";
import type { Audience } from "../../model/audience.js";
import type { Opening } from "../../model/firewall/openings.js";
import type { HomelabModel, HostModel } from "../../model/types.js";
import { loadHomelab } from "../../model/load.js";
import { run } from "../../scripts/lib/process.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import type { PulumiCli } from "../../scripts/lib/pulumi-cli.js";
import { configure, containers, lab, operate, UP, up } from "./homelab.js";

// What the hosts themselves are: port scans from everywhere, drift by hand, power cuts, a deployer that dies.

jest.setTimeout(600_000);
const SIBLING = "pi-zero-1";
const NAS = "pi5";
const TAILNET = {
  host: "100.64.0.1",
  peer: "100.64.0.2",
  spoofed: "100.64.0.9",
  host6: "fd7a:115c:a1e0::1",
  peer6: "fd7a:115c:a1e0::2",
};
/** A service of the owner's that is asked over UDP, in a container and on the host itself. */
const GAME = `services:
  game:
    image: ghcr.io/gethomepage/homepage:v1.12.3
    restart: unless-stopped
    ports:
      - { target: 5300, published: "5300", protocol: udp, x-audience: [lan] }
      - { target: 5301, published: "5301", protocol: udp, x-audience: [tailnet] }
  game-finder:
    image: nickfedor/watchtower:1.21.0
    restart: unless-stopped
    network_mode: host
    x-homelab: { listens: [{ port: 5302, protocol: udp, audience: [lan] }] }
`;
let cli: PulumiCli;
let homelab: HomelabModel;

beforeAll(async () => {
  await lab.assertUp();
  await lab.freshHosts();
  await rm(join(lab.dir, "backend"), { recursive: true, force: true });
  await rm(join(lab.dir, "project"), { recursive: true, force: true });
  cli = await prepareProject(lab);
  await writeFile(join(cli.directory, "game.yaml"), GAME);
  await configure(cli, ["homelab:hosts", NAS, "services"], ["game.yaml"]);
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

type Protocol = Opening["protocol"];
/** What a scan looks at. */
interface Way {
  readonly protocol: Protocol;
  readonly family: "v4" | "v6";
}
const TCP: Way = { protocol: "tcp", family: "v4" };
const TCP6: Way = { protocol: "tcp", family: "v6" };
const UDP: Way = { protocol: "udp", family: "v4" };

/** Where a Debian host or Docker may be found listening, besides what is declared. */
const USUAL: Readonly<Record<Protocol, readonly string[]>> = {
  tcp: ["1-1024", "2049", "2375-2377", "3306", "5353", "5355", "5432", "6379", "7946"],
  udp: ["53", "67-69", "111", "123", "137", "138", "161", "500", "514", "631", "1900", "2049", "5353", "5355", "41641"],
};
const portsOf = (protocol: Protocol): string => {
  const openings = homelab.hosts.flatMap((host) => host.openings.filter((it) => it.protocol === protocol));
  return [...USUAL[protocol], ...new Set(openings.map(({ port }) => port))].join(",");
};

/** The ports of some addresses that packets get through to, by address. */
async function scan(
  scanner: Scanner,
  addresses: readonly string[],
  { protocol, family }: Way,
  ...more: string[]
): Promise<Record<string, number[]>> {
  const how = [protocol === "tcp" ? "-sS" : "-sU", ...(family === "v6" ? ["-6"] : [])];
  const speed = [
    "-T4",
    "--max-retries",
    "2",
    "--min-hostgroup",
    "8",
    ...(protocol === "tcp" ? ["--min-rate", "2000"] : []),
  ];
  const output = await scanner([
    "-n",
    "-Pn",
    ...how,
    ...speed,
    "-p",
    portsOf(protocol),
    "-oG",
    "-",
    ...more,
    ...addresses,
  ]);
  // A datagram that got through to a port where nothing listens is answered, too: "closed".
  const reached = protocol === "tcp" ? /(\d+)\/open\/tcp/g : /(\d+)\/(?:open|closed)\/udp/g;
  expect(output).not.toMatch(/Ignored State: (?:open|closed) /);
  const found = new Map(addresses.map((address): [string, number[]] => [address, []]));
  for (const [, address = "", list = ""] of output.matchAll(/^Host: (\S+) .*Ports: ([^\t\n]*)/gm)) {
    found.set(
      address,
      [...list.matchAll(reached)].map(([, port]) => Number(port)),
    );
  }
  return Object.fromEntries(found);
}

/** What the declaration says is open for somebody. Containers' ports are published over IPv4 (docs/compose.md). */
function declared(host: HostModel, is: readonly Audience[], { protocol, family }: Way): number[] {
  const invited = (opening: Opening): boolean =>
    opening.protocol === protocol &&
    !(opening.published && family === "v6") &&
    opening.from.some((who) => (is as readonly string[]).includes(who) || who === `${addressOf(is)}/32`);
  return host.openings
    .filter(invited)
    .map(({ port }) => port)
    .sort((a, b) => a - b);
}
const addressOf = (is: readonly Audience[]): string => {
  const name = is.find((who) => who.startsWith("host:"))?.slice("host:".length);
  return homelab.hosts.find((host) => host.name === name)?.address ?? "nobody";
};
const address = ({ name }: HostModel, { family }: Way): string =>
  family === "v4" ? lab.host(name).address : lab.host(name).address6;

async function matches(
  scanner: Scanner,
  hosts: readonly HostModel[],
  is: readonly Audience[],
  way: Way,
  ...more: string[]
): Promise<void> {
  const found = await scan(
    scanner,
    hosts.map((host) => address(host, way)),
    way,
    ...more,
  );
  expect([way, Object.fromEntries(hosts.map((host) => [host.name, found[address(host, way)]]))]).toEqual([
    way,
    Object.fromEntries(hosts.map((host) => [host.name, declared(host, is, way)])),
  ]);
}

/** Words that run something in the network of a container that can reach the world. */
async function insideContainer(name: string, container?: string): Promise<string[]> {
  const host = homelab.hosts.find((it) => it.name === name);
  const service = host?.services.find(({ ports: its }) => its.length > 0) ?? host?.services[0];
  const inspect = ["docker", "inspect", "-f", "{{.State.Pid}}", container ?? service?.name ?? ""];
  return ["nsenter", "--net", "--target", (await lab.root(name, inspect)).stdout.trim()];
}

/** A container of each Docker network of a host from which one gets out. */
async function oneOfEachNetwork(host: string): Promise<string[]> {
  const names = "{{if not .Internal}}{{range .Containers}}{{.Name}} {{end}}{{end}}";
  const script = `docker network ls -q --filter driver=bridge | xargs docker network inspect -f '${names}'`;
  const { stdout } = await lab.root(host, ["sh", "-ec", script]);
  return stdout.split("\n").flatMap((line) => line.trim().split(" ")[0] || []);
}

/** Somebody on the tailnet, played by a namespace at the other end of an interface with its name. */
const TAILNET_PEER = `
  ip netns del peer 2>/dev/null || true
  ip link del tailscale0 2>/dev/null || true
  ip netns add peer
  ip link add tailscale0 type veth peer name peer0 netns peer
  ip addr add ${TAILNET.host}/24 dev tailscale0
  ip addr add ${TAILNET.host6}/64 dev tailscale0 nodad
  ip link set tailscale0 up
  ip -n peer addr add ${TAILNET.peer}/24 dev peer0
  ip -n peer addr add ${TAILNET.peer6}/64 dev peer0 nodad
  ip -n peer link set peer0 up
`;
const onTailnet = (host: string): Scanner => onHost(host, "ip", "netns", "exec", "peer");

/** From a place outside the LAN, and from one on it. */
async function fromThisMachine(): Promise<void> {
  const device = ["-e", `hl-${lab.name}-o`];
  for (const way of [TCP, TCP6, UDP]) {
    const outside = way.family === "v4" ? lab.outsideAddress : lab.outsideAddress6;
    await matches(onMachine, homelab.hosts, [], way, "-S", outside, ...device);
    await matches(onMachine, homelab.hosts, ["lan"], way);
  }
}

/** From another host, and from a container on it, which has its host's rights. Over IPv6 a host is just somebody on the LAN. */
async function fromSibling(): Promise<void> {
  const others = homelab.hosts.filter(({ name }) => name !== SIBLING);
  const itself: readonly Audience[] = ["lan", `host:${SIBLING}`, "role:agent"];
  await matches(onHost(SIBLING), others, itself, TCP);
  await matches(onHost(SIBLING), others, itself, UDP);
  await matches(onHost(SIBLING), others, ["lan"], TCP6);
  await matches(onHost(SIBLING, ...(await insideContainer(SIBLING))), others, itself, TCP);
}

/** From containers on the host itself, one of each network, and from the tailnet. */
async function fromWithin(host: HostModel): Promise<void> {
  for (const container of await oneOfEachNetwork(host.name)) {
    const inside = onHost(host.name, ...(await insideContainer(host.name, container)));
    await matches(inside, [host], ["containers"], TCP);
  }
  expect((await lab.root(host.name, ["sh", "-ec", TAILNET_PEER])).stderr).toBe("");
  for (const way of [TCP, TCP6, UDP]) {
    const itself = way.family === "v4" ? TAILNET.host : TAILNET.host6;
    const found = await scan(onTailnet(host.name), [itself], way);
    expect([host.name, way, found[itself]]).toEqual([host.name, way, declared(host, ["tailnet"], way)]);
  }
}

async function everythingAsDeclared(): Promise<void> {
  await Promise.all([fromThisMachine(), fromSibling(), ...homelab.hosts.map(fromWithin)]);
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
  const found = await scan(onHost(SIBLING), [address], TCP, "-S", TAILNET.spoofed, "-e", device);
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
    "pi5-smb": [
      "printf '[all]\\npath = /\\n' >>/etc/samba/homelab.conf",
      'smb on pi5: /etc/samba/homelab.conf: has "path = /"',
    ],
    "pi5-smb-users": [
      "printf 'x\\nx\\n' | smbpasswd -s owner",
      "smb-users on pi5: owner: has another password for Samba, or none, or is switched off",
    ],
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
    const host = homelab.hosts.find(({ name }) => setting.startsWith(`${name}-`))?.name ?? "";
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
