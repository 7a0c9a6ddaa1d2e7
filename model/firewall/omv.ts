import { bridgesOf, chainsFor } from "./chains.js";
import type { Chains } from "./chains.js";
import { entrancesOf, openPorts } from "./opening.js";
import type { Opening, OpenPort, Surroundings } from "./opening.js";

/** The firewall where OpenMediaVault has the rules of the host itself (helper/omv/firewall.sh). */
export interface OmvFirewallInput extends Chains {
  readonly omv: { readonly rules: readonly OmvRule[] };
}

/** What OpenMediaVault is to let in; an empty text stands for any. A type, because an interface is no JSON to TypeScript. */
type OmvRule = {
  readonly family: "inet" | "inet6";
  readonly interface: string;
  readonly source: string;
  readonly port: string;
  readonly protocol: "tcp" | "udp";
  readonly comment: string;
};

/** Derives the rules of a host that OpenMediaVault manages. What has no opening stays shut. */
export function omvFirewallOf(openings: readonly Opening[], surroundings: Surroundings): OmvFirewallInput {
  const ports = openPorts(openings, surroundings);
  const bridges = bridgesOf(surroundings);
  return { omv: { rules: ports.flatMap((it) => omvRules(it, bridges)) }, ...chainsFor(ports, bridges) };
}

function omvRules(open: OpenPort, bridges: readonly string[]): OmvRule[] {
  const rule = { port: String(open.port), protocol: open.protocol, comment: open.what };
  return entrancesOf(open, bridges).flatMap((it): OmvRule[] =>
    it.kind === "interface"
      ? (["inet", "inet6"] as const).map((family) => ({ ...rule, family, interface: it.interface, source: "" }))
      : [{ ...rule, family: it.family === "v4" ? "inet" : "inet6", interface: "", source: it.subnet }],
  );
}
