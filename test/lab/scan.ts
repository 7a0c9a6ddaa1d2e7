import { audience } from "../../model/audience.js";
import type { Audience } from "../../model/audience.js";
import type { Opening } from "../../model/firewall/opening.js";
import type { HomelabModel, HostModel } from "../../model/types.js";
import { run } from "../../scripts/lib/process.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { lab } from "./homelab.js";

// Port scans of the lab's hosts from everywhere, held against what is declared.

/** The host from which others are scanned. */
export const SIBLING = "pi-zero-1";
export const TAILNET = {
  host: "100.64.0.1",
  peer: "100.64.0.2",
  spoofed: "100.64.0.9",
  host6: "fd7a:115c:a1e0::1",
  peer6: "fd7a:115c:a1e0::2",
};
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

const SCAN_TIMEOUT_MS = 120_000;

/** Runs nmap somewhere: its arguments to its output. */
export type Scanner = (args: readonly string[]) => Promise<string>;

export const onHost =
  (host: string, ...before: string[]): Scanner =>
  async (args) =>
    outputOf(host, await lab.root(host, [...before, "nmap", ...args], { timeoutMs: SCAN_TIMEOUT_MS }));
const onTailnet = (host: string): Scanner => onHost(host, "ip", "netns", "exec", "peer");
const onMachine: Scanner = async (args) =>
  outputOf("this machine", await run("nmap", args, { timeoutMs: SCAN_TIMEOUT_MS }));

function outputOf(where: string, { stdout, stderr, exitCode }: RunResult): string {
  expect([where, exitCode, exitCode === 0 ? "" : stderr]).toEqual([where, 0, ""]);
  return stdout;
}

type Protocol = Opening["protocol"];
/** What a scan looks at. */
interface Way {
  readonly protocol: Protocol;
  readonly family: "v4" | "v6";
}
export const TCP: Way = { protocol: "tcp", family: "v4" };
const TCP6: Way = { protocol: "tcp", family: "v6" };
const UDP: Way = { protocol: "udp", family: "v4" };
const UDP6: Way = { protocol: "udp", family: "v6" };
/** The name that a homelab may give to the sibling's addresses, of both families. */
const PLAYER = audience.parse("player");

/** Where a Debian host or Docker may be found listening, besides what is declared. */
const USUAL: Readonly<Record<Protocol, readonly string[]>> = {
  tcp: ["1-1024", "2049", "2375-2377", "3306", "5353", "5355", "5432", "6379", "7946"],
  udp: ["53", "67-69", "111", "123", "137", "138", "161", "500", "514", "631", "1900", "2049", "5353", "5355", "41641"],
};

/** A packet to a host of the lab is there in a millisecond; where none is answered, nmap need not wait a second for it. */
const NEARBY = ["-T4", "--max-retries", "2", "--initial-rtt-timeout", "100ms", "--max-rtt-timeout", "500ms"];

/** Scans of a homelab that is deployed to the lab. */
export class Scans {
  constructor(private readonly homelab: HomelabModel) {}

  /** That everybody reaches what was declared for them and nothing else. */
  async everythingAsDeclared(): Promise<void> {
    await Promise.all([
      this.fromThisMachine(),
      this.fromSibling(),
      ...this.homelab.hosts.map((host) => this.fromWithin(host)),
    ]);
  }

  /** The ports of some addresses that packets get through to, by address. */
  async scan(
    scanner: Scanner,
    addresses: readonly string[],
    { protocol, family }: Way,
    ...more: string[]
  ): Promise<Record<string, number[]>> {
    const how = [protocol === "tcp" ? "-sS" : "-sU", ...(family === "v6" ? ["-6"] : [])];
    const speed = ["--min-hostgroup", "8", ...(protocol === "tcp" ? ["--min-rate", "2000"] : [])];
    const what = ["-p", this.portsOf(protocol), "-oG", "-"];
    const output = await scanner(["-n", "-Pn", ...how, ...NEARBY, ...speed, ...what, ...more, ...addresses]);
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

  private portsOf(protocol: Protocol): string {
    const openings = this.homelab.hosts.flatMap((host) => host.openings.filter((it) => it.protocol === protocol));
    return [...USUAL[protocol], ...new Set(openings.flatMap(({ port }) => port ?? []))].join(",");
  }

  /**
   * What the declaration says is open for somebody. Containers' ports are published over IPv4 (docs/compose.md): over
   * IPv6 nothing answers to TCP there, but a datagram that the firewall lets in is refused, which a scan sees.
   */
  private declared(host: HostModel, is: readonly Audience[], { protocol, family }: Way): number[] {
    const invited = (opening: Opening): boolean =>
      opening.protocol === protocol &&
      !(opening.kind === "published" && family === "v6" && protocol === "tcp") &&
      opening.from.some((who) => (is as readonly string[]).includes(who) || who === this.addressOf(is));
    return host.openings
      .filter(invited)
      .flatMap(({ port }) => port ?? [])
      .sort((a, b) => a - b);
  }

  private addressOf(is: readonly Audience[]): string {
    const name = is.find((who) => who.startsWith("host:"))?.slice("host:".length);
    return this.homelab.hosts.find((host) => host.name === name)?.address ?? "nobody";
  }

  private async matches(
    scanner: Scanner,
    hosts: readonly HostModel[],
    is: readonly Audience[],
    way: Way,
    ...more: string[]
  ): Promise<void> {
    const address = ({ name }: HostModel): string =>
      way.family === "v4" ? lab.host(name).address : lab.host(name).address6;
    const found = await this.scan(scanner, hosts.map(address), way, ...more);
    expect([way, Object.fromEntries(hosts.map((host) => [host.name, found[address(host)]]))]).toEqual([
      way,
      Object.fromEntries(hosts.map((host) => [host.name, this.declared(host, is, way)])),
    ]);
  }

  /** From a place outside the LAN, and from one on it. */
  private async fromThisMachine(): Promise<void> {
    const device = ["-e", `hl-${lab.name}-o`];
    for (const way of [TCP, TCP6, UDP]) {
      const outside = way.family === "v4" ? lab.outsideAddress : lab.outsideAddress6;
      await this.matches(onMachine, this.homelab.hosts, [], way, "-S", outside, ...device);
      await this.matches(onMachine, this.homelab.hosts, ["lan"], way);
    }
  }

  /** From another host, and from a container on it, which has its host's rights. Over IPv6 a host is just somebody on the LAN. */
  private async fromSibling(): Promise<void> {
    const others = this.homelab.hosts.filter(({ name }) => name !== SIBLING);
    const itself: readonly Audience[] = ["lan", `host:${SIBLING}`, "role:agent", PLAYER];
    await this.matches(onHost(SIBLING), others, itself, TCP);
    await this.matches(onHost(SIBLING), others, itself, UDP);
    await this.matches(onHost(SIBLING), others, ["lan", PLAYER], TCP6);
    await this.matches(onHost(SIBLING), others, ["lan", PLAYER], UDP6);
    await this.matches(onHost(SIBLING, ...(await this.insideContainer(SIBLING))), others, itself, TCP);
  }

  /** From containers on the host itself, one of each network, and from the tailnet. */
  private async fromWithin(host: HostModel): Promise<void> {
    for (const container of await oneOfEachNetwork(host.name)) {
      const inside = onHost(host.name, ...(await this.insideContainer(host.name, container)));
      await this.matches(inside, [host], ["containers"], TCP);
    }
    expect((await lab.root(host.name, ["sh", "-ec", TAILNET_PEER])).stderr).toBe("");
    for (const way of [TCP, TCP6, UDP]) {
      const itself = way.family === "v4" ? TAILNET.host : TAILNET.host6;
      const found = await this.scan(onTailnet(host.name), [itself], way);
      expect([host.name, way, found[itself]]).toEqual([host.name, way, this.declared(host, ["tailnet"], way)]);
    }
  }

  /** Words that run something in the network of a container that can reach the world. */
  private async insideContainer(name: string, container?: string): Promise<string[]> {
    const host = this.homelab.hosts.find((it) => it.name === name);
    const service = host?.services.find(({ ports: its }) => its.length > 0) ?? host?.services[0];
    const inspect = ["docker", "inspect", "-f", "{{.State.Pid}}", container ?? service?.name ?? ""];
    return ["nsenter", "--net", "--target", (await lab.root(name, inspect)).stdout.trim()];
  }
}

/** A container of each Docker network of a host from which one gets out. */
async function oneOfEachNetwork(host: string): Promise<string[]> {
  const names = "{{if not .Internal}}{{range .Containers}}{{.Name}} {{end}}{{end}}";
  const script = `docker network ls -q --filter driver=bridge | xargs docker network inspect -f '${names}'`;
  const { stdout } = await lab.root(host, ["sh", "-ec", script]);
  return stdout.split("\n").flatMap((line) => line.trim().split(" ")[0] || []);
}
