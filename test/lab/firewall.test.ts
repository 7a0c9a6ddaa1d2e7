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
import { containers, lab, up } from "./homelab.js";

// Port scans from everywhere: what answers is exactly what was declared.

jest.setTimeout(600_000);
const SIBLING = "pi-zero-1";
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
  for (const host of homelab.hosts) {
    // from a container on the host itself
    await matches(onHost(host.name, ...(await insideContainer(host))), [host], ["containers"]);
    // from the tailnet
    expect((await lab.root(host.name, ["sh", "-ec", TAILNET_PEER])).stderr).toBe("");
    const found = await scan(onHost(host.name, "ip", "netns", "exec", "peer"), [TAILNET.host]);
    expect([host.name, found[TAILNET.host]]).toEqual([host.name, declared(host, ["tailnet"])]);
  }
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

test("after a reboot of every host, the same", async () => {
  for (const { name } of homelab.hosts) {
    await lab.powerOff(name);
  }
  await Promise.all(homelab.hosts.map(({ name }) => lab.powerOn(name)));
  await allRunning();
  await everythingAsDeclared();
});

test("after a restart of Docker, the same", async () => {
  await Promise.all(homelab.hosts.map(({ name }) => lab.root(name, ["systemctl", "restart", "docker"])));
  await allRunning();
  await everythingAsDeclared();
});

/** Returns when all containers are up again by themselves. */
async function allRunning(): Promise<void> {
  const states = async (): Promise<string[]> => Object.values(await containers()).map(({ state }) => state);
  for (let tries = 0; tries < 60; tries++) {
    if ((await states()).every((state) => state === "running healthy")) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  expect(new Set(await states())).toEqual(new Set(["running healthy"]));
}
