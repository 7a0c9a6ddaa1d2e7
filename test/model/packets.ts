import ipaddr from "ipaddr.js";
import type { FirewallInput } from "../../model/firewall/firewall.js";

/** A new connection that arrives at a host. */
export interface Packet {
  /** Interface that it comes in by. */
  readonly by: string;
  /** IPv4 address that it comes from. */
  readonly from: string;
  /** Port that it was sent to. */
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** Docker has redirected it to a container. */
  readonly redirected: boolean;
}

type Table = "mangle" | "filter";

/** Does the firewall let the packet in? Reads the rules as the kernel would; a rule that it does not know is an error. */
export function letsIn({ rules, files }: FirewallInput, packet: Packet): boolean {
  const text = files["/etc/homelab/firewall.v4"];
  if (verdict(chain(text, "mangle", "HOMELAB-TAILNET"), packet) === "DROP") {
    return false;
  }
  if (packet.redirected) {
    return verdict(chain(text, "filter", "HOMELAB-PUBLISHED"), packet) === "RETURN";
  }
  return rules.some((rule) => ufwAccepts(rule, packet));
}

function chain(text: string, table: Table, name: string): string[] {
  const [, part = ""] = new RegExp(`\\*${table}\\n([\\s\\S]*?)COMMIT`).exec(text) ?? [];
  return part.split("\n").filter((line) => line.startsWith(`-A ${name} `));
}

/** RETURN, DROP, or what the last rule says. */
function verdict(lines: readonly string[], packet: Packet): string {
  const line = lines.find((it) => matches(it, packet));
  return / -j (\S+)$/.exec(line ?? "")?.[1] ?? "none";
}

function matches(line: string, { by, from, port, protocol, redirected }: Packet): boolean {
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
  const port1 = take(/ --dport (\d+) /);
  const port2 = take(/ -m conntrack --ctorigdstport (\d+) --ctdir ORIGINAL /);
  const notDnat = take(/ -m conntrack (! --ctstate DNAT) /);
  const established = take(/ -m conntrack --ctstate (RELATED,ESTABLISHED) /);
  if (rest.trim() !== "") {
    throw new Error(`what is "${rest.trim()}" in ${line}?`);
  }
  return (
    (notBy === undefined || !isInterface(notBy, by)) &&
    (onlyBy === undefined || isInterface(onlyBy, by)) &&
    (source === undefined || isWithin(from, source)) &&
    (proto === undefined || proto === protocol) &&
    (port1 ?? port2 ?? String(port)) === String(port) &&
    (notDnat === undefined || !redirected) &&
    established === undefined
  );
}

function ufwAccepts(rule: string, { by, from, port, protocol }: Packet): boolean {
  const match = /^allow (?:in on (\S+) )?(?:from (\S+) )?to any port (\d+) proto (tcp|udp) comment '[^']*'$/.exec(rule);
  if (match === null) {
    throw new Error(`what is ${rule}?`);
  }
  const [, onlyBy, source, to, proto] = match;
  return (
    (onlyBy === undefined || isInterface(onlyBy, by)) &&
    (source === undefined || isWithin(from, source)) &&
    to === String(port) &&
    proto === protocol
  );
}

const isInterface = (pattern: string, name: string): boolean =>
  pattern.endsWith("+") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

function isWithin(address: string, subnet: string): boolean {
  if (subnet.includes(":")) {
    return false;
  }
  const whole = subnet.includes("/") ? subnet : `${subnet}/32`;
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(whole));
}
