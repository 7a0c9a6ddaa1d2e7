import { z } from "zod";
import { audiences } from "../audience.js";
import type { Audience } from "../audience.js";
import { complaint, form, refuse } from "../yaml/complaint.js";
import { mapping } from "../yaml/schema.js";

/** A port of a container and where, if at all, it is published on the host. */
export interface ComposePort {
  readonly target: number;
  /** Port on the host; undefined lets Docker choose one. */
  readonly published: number | undefined;
  readonly protocol: "tcp" | "udp";
  /** Address of the host on which it is published; undefined means all of them. */
  readonly hostIp: string | undefined;
  /** Who may reach it; undefined where the short form says nothing. */
  readonly audience: readonly Audience[] | undefined;
  /** How a browser opens it; undefined for ports that are not for browsers. */
  readonly scheme: "http" | "https" | undefined;
}

/** The same, and which entry of the list it is from. */
export interface PlacedPort extends ComposePort {
  readonly at: number;
}

const FORM = /^(?:(?:(\d{1,3}(?:\.\d{1,3}){3}):)?(\d+)(?:-(\d+))?:)?(\d+)(?:-(\d+))?(?:\/(tcp|udp))?$/;
const MAX_PORT = 65535;
const isPort = (value: number): boolean => value >= 1 && value <= MAX_PORT;

function readShort(text: string): ComposePort[] | undefined {
  const match = FORM.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, hostIp, from, to, target = "", targetEnd, protocol = "tcp"] = match;
  const first = Number(target);
  const count = Number(targetEnd ?? target) - first + 1;
  const hostFirst = from === undefined ? undefined : Number(from);
  const hostCount = from === undefined ? count : Number(to ?? from) - Number(from) + 1;
  if (count < 1 || hostCount !== count || !isPort(first) || !isPort(first + count - 1)) {
    return undefined;
  }
  if (hostFirst !== undefined && (!isPort(hostFirst) || !isPort(hostFirst + count - 1))) {
    return undefined;
  }
  return Array.from({ length: count }, (_, i) => ({
    target: first + i,
    published: hostFirst === undefined ? undefined : hostFirst + i,
    protocol: protocol === "udp" ? "udp" : "tcp",
    hostIp,
    audience: undefined,
    scheme: undefined,
  }));
}

const shortPort = z.union([z.string(), z.number()]).transform((value, context): ComposePort[] => {
  const ports = readShort(String(value));
  if (ports === undefined) {
    const prose = 'write {target: 80, published: "8080", protocol: tcp, x-audience: [lan]}';
    return refuse(context, complaint("malformed", `"${value}" is not a port`, { prose }));
  }
  return ports;
});

const NO_PORT = "is not a port";
const NUMBER = { prose: "write a number from 1 to 65535" };
const portNumber = z
  .union([z.int(), form(/^\d+$/, NO_PORT, NUMBER)])
  .transform(Number)
  .refine(isPort, complaint("out-of-range", NO_PORT, NUMBER));

const longPort = mapping({
  name: z.string().optional(),
  target: portNumber,
  published: portNumber.optional(),
  protocol: z.enum(["tcp", "udp"]).default("tcp"),
  host_ip: z.ipv4().optional(),
  mode: z.enum(["host", "ingress"]).optional(),
  "x-audience": audiences.optional(),
  "x-scheme": z.enum(["http", "https"]).optional(),
  /** Tells programs that read Compose files, and nobody here. */
  app_protocol: z.string().optional(),
}).transform((port): ComposePort[] => [
  {
    target: port.target,
    published: port.published,
    protocol: port.protocol,
    hostIp: port.host_ip,
    audience: port["x-audience"],
    scheme: port["x-scheme"],
  },
]);

/** The ports of a service, from the short and the long form. */
export const ports = z.array(z.union([shortPort, longPort])).readonly();
