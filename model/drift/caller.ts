import { z } from "zod";
import { TAILNET } from "../audience.js";
import { overlap, readSubnet } from "../subnet.js";
import type { Subnet } from "../subnet.js";
import { digestOf } from "./digest.js";
import type { DriftHost, Found } from "./findings.js";
import type { ProbeReport } from "./report.js";

/** Who may reach SSH, as the firewall of a host is given it. */
const guarded = z.object({ admin: z.object({ from: z.array(z.string()) }) });

/**
 * A firewall that is to be applied and that lets in others than the machine that asks: nobody here could confirm it, and the
 * host would go back to its former one.
 */
export function shutOut({ name, settings }: DriftHost, { caller, settings: seen }: ProbeReport): Found[] {
  const firewall = settings.find((it) => it.name === "firewall");
  if (
    typeof caller !== "string" ||
    typeof firewall?.input !== "string" ||
    seen["firewall"]?.digest === digestOf(firewall.input)
  ) {
    return [];
  }
  const input = guarded.safeParse(JSON.parse(firewall.input));
  return !input.success || input.data.admin.from.some((from) => holds(from, caller))
    ? []
    : [
        {
          kind: "blocker",
          code: "shut-out",
          name: "firewall",
          subject: "firewall",
          words: `lets SSH in from ${input.data.admin.from.join(", ")}, and this machine is ${caller} to ${name}`,
          remedy: { prose: "add an audience with this machine to homelab:admin.from, or deploy from one of those" },
        },
      ];
}

/** Does what may reach SSH, a subnet, an address or an interface, hold an address? What comes from the host itself is let in. */
function holds(from: string, address: string): boolean {
  const subnets =
    from === TAILNET.interface ? [TAILNET.v4, TAILNET.v6] : [readSubnet(from)].filter((it) => typeof it === "string");
  return [...subnets, ...LOOPBACK].some((subnet) => overlap(subnet, address as Subnet));
}

const LOOPBACK = ["127.0.0.0/8" as Subnet, "::1" as Subnet];
