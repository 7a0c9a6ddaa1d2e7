import ipaddr from "ipaddr.js";
import { CHAIN_FILES } from "../../model/firewall/chains.js";
import type { FirewallInput } from "../../model/firewall/ufw.js";

/** A new connection that arrives at a host. */
export interface Packet {
  /** Interface that it comes in by. */
  readonly by: string;
  /** IPv4 or IPv6 address that it comes from. */
  readonly from: string;
  /** Port that it was sent to. */
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** Docker has redirected it to a container. */
  readonly redirected: boolean;
}

type Table = "mangle" | "filter";
type Matches = (packet: Packet) => boolean;

/** A rule of a chain, and where packets that match it go: RETURN or DROP. */
interface Rule {
  readonly matches: Matches;
  readonly target: string | undefined;
}

/** Does the firewall let a packet in? Reads the rules as the kernel would; a rule that it does not know is an error. */
export function kernelWith({ rules, files }: FirewallInput): Matches {
  const families = [CHAIN_FILES.v4, CHAIN_FILES.v6].map((file) => ({
    tailnet: chain(files[file], "mangle", "HOMELAB-TAILNET"),
    published: chain(files[file], "filter", "HOMELAB-PUBLISHED"),
  }));
  const ufw = rules.map(ufwRule);
  return (packet) => {
    const chains = families[packet.from.includes(":") ? 1 : 0];
    if (chains === undefined || verdict(chains.tailnet, packet) === "DROP") {
      return false;
    }
    return packet.redirected ? verdict(chains.published, packet) === "RETURN" : ufw.some((matches) => matches(packet));
  };
}

function chain(text: string, table: Table, name: string): Rule[] {
  const [, part = ""] = new RegExp(`\\*${table}\\n([\\s\\S]*?)COMMIT`).exec(text) ?? [];
  return part
    .split("\n")
    .filter((line) => line.startsWith(`-A ${name} `))
    .map((line) => ({ matches: chainRule(line), target: / -j (\S+)$/.exec(line)?.[1] }));
}

const verdict = (rules: readonly Rule[], packet: Packet): string | undefined =>
  rules.find(({ matches }) => matches(packet))?.target;

function chainRule(line: string): Matches {
  const words = line
    .replace(/^-A \S+ /, "")
    .replace(/ ?-j \S+$/, "")
    .replace(/-m comment --comment "[^"]*"/, "")
    .trim();
  let rest = ` ${words} `;
  const take = (pattern: RegExp): string | undefined => {
    const match = pattern.exec(rest);
    rest = match === null ? rest : rest.replace(match[0], " ");
    return match?.[1];
  };
  const notBy = take(/ ! -i (\S+) /);
  const onlyBy = take(/ -i (\S+) /);
  const source = take(/ -s (\S+) /);
  const proto = take(/ -p (\S+) /);
  const port1 = take(/ --dport ([\d:]+) /);
  const port2 = take(/ -m conntrack --ctorigdstport ([\d:]+) --ctdir ORIGINAL /);
  const notDnat = take(/ -m conntrack (! --ctstate DNAT) /);
  const established = take(/ -m conntrack --ctstate (RELATED,ESTABLISHED) /);
  if (rest.trim() !== "") {
    throw new Error(`what is "${rest.trim()}" in ${line}?`);
  }
  const within = withinOf(source);
  return ({ by, from, port, protocol, redirected }) =>
    (notBy === undefined || !isInterface(notBy, by)) &&
    (onlyBy === undefined || isInterface(onlyBy, by)) &&
    (proto === undefined || proto === protocol) &&
    isPortOf(port1 ?? port2 ?? String(port), port) &&
    (notDnat === undefined || !redirected) &&
    established === undefined &&
    within(from);
}

function ufwRule(rule: string): Matches {
  const match = /^allow (?:in on (\S+) )?(?:from (\S+) )?to any port ([\d:]+) proto (tcp|udp) comment '[^']*'$/.exec(
    rule,
  );
  if (match === null) {
    throw new Error(`what is ${rule}?`);
  }
  const [, onlyBy, source, to = "", proto] = match;
  const within = withinOf(source);
  return ({ by, from, port, protocol }) =>
    (onlyBy === undefined || isInterface(onlyBy, by)) && isPortOf(to, port) && proto === protocol && within(from);
}

/** Is a port the one, or within the range? */
function isPortOf(word: string, port: number): boolean {
  const [first = "", last = first] = word.split(":");
  return Number(first) <= port && port <= Number(last);
}

const isInterface = (pattern: string, name: string): boolean =>
  pattern.endsWith("+") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

/** Is an address in the subnet? Any is where there is none. */
function withinOf(subnet: string | undefined): (address: string) => boolean {
  if (subnet === undefined) {
    return () => true;
  }
  const [network = "", prefix] = subnet.split("/");
  const range = ipaddr.parse(network);
  const bits = prefix === undefined ? range.toByteArray().length * 8 : Number(prefix);
  return (address) => {
    const from = ipaddr.parse(address);
    return from.kind() === range.kind() && from.match(range, bits);
  };
}
