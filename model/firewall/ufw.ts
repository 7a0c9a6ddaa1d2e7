import { bridgesOf, chainsFor } from "./chains.js";
import type { Chains } from "./chains.js";
import { entrancesOf, inRanges, openPorts, portWord } from "./opening.js";
import type { Opening, OpenPort, Surroundings } from "./opening.js";

/** The firewall of a host, as the helper takes it (helper/settings/firewall.sh). */
export interface FirewallInput extends Chains {
  /** Arguments of ufw(8), as `ufw show added` prints them. */
  readonly rules: readonly string[];
}

/** Derives the rules of a host. What has no opening stays shut. */
export function firewallOf(openings: readonly Opening[], surroundings: Surroundings): FirewallInput {
  const ports = openPorts(openings, surroundings);
  const bridges = bridgesOf(surroundings);
  return { rules: [...new Set(inRanges(ports).flatMap((it) => ufwRules(it, bridges)))], ...chainsFor(ports, bridges) };
}

function ufwRules(open: OpenPort, bridges: readonly string[]): string[] {
  const to = `to any port ${portWord(open)} proto ${open.protocol} comment 'homelab: ${open.what}'`;
  return entrancesOf(open, bridges).map((it) =>
    it.kind === "interface" ? `allow in on ${it.interface} ${to}` : `allow from ${it.subnet} ${to}`,
  );
}
