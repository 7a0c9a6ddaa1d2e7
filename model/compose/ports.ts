import { z } from "zod";
import { audiences } from "../audience.js";
import type { Audience } from "../audience.js";
import { complaint, form, refuse } from "../yaml/complaint.js";
import type { Refusal } from "../yaml/complaint.js";
import type { Remedy } from "../yaml/remedy.js";
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

export const MAX_PORT = 65535;
export const isPort = (value: number): boolean => value >= 1 && value <= MAX_PORT;
/** Ports of one entry. Docker starts a process for each, and keeps rules for each. */
const MOST = 1000;

/** `HOST_IP:FROM-TO:FROM-TO/PROTOCOL`; of an address in brackets, and of a protocol, it says which it is. */
const FORM =
  /^(?:(?:(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]|(?=:)):)?(?:(\d+)(?:-(\d+))?)?:)?(\d+)(?:-(\d+))?(?:\/([a-zA-Z]+))?$/;
const NOT_A_PORT = { prose: 'write {target: 80, published: "8080", protocol: tcp, x-audience: [lan]}' };

/** First and last port of a range, and how many they are. */
interface Range {
  readonly first: number;
  readonly count: number;
}

function range(from: string, to = from): Range | undefined {
  const [first, last] = [Number(from), Number(to)];
  return isPort(first) && isPort(last) && last >= first ? { first, count: last - first + 1 } : undefined;
}
const rangeText = ({ first, count }: Range): string => (count === 1 ? `${first}` : `${first}-${first + count - 1}`);

/** Ports of a container as they are published: Compose pairs two ranges, which have to be equally long. */
function readShort(text: string): ComposePort[] | Refusal {
  const [form, address, from, to, target = "", targetEnd, kind = "tcp"] = FORM.exec(text) ?? [];
  const inside = range(target, targetEnd);
  // Compose takes 0 for a port that Docker chooses.
  const chosen = from === undefined || (Number(from) === 0 && to === undefined);
  const outside = chosen ? undefined : range(from, to);
  const notAPort = complaint("malformed", `"${text}" is not a port`, NOT_A_PORT);
  if (form === undefined || inside === undefined || (outside === undefined && !chosen)) {
    return notAPort;
  }
  const hostIp = address === "" ? undefined : address;
  const protocol = kind.toLowerCase();
  const published = outside === undefined ? "" : rangeText(outside);
  const write = (ip: string | undefined, host: string, container: Range): Remedy => ({
    prose: `write "${[...(ip === undefined ? [] : [ip]), ...(host === "" && ip === undefined ? [] : [host]), rangeText(container)].join(":")}${kind === "tcp" ? "" : `/${kind}`}"`,
  });
  if (protocol !== "tcp" && protocol !== "udp") {
    return protocol === "sctp" ? SCTP : notAPort;
  }
  if (hostIp?.startsWith("[") === true) {
    const local = hostIp === "[::1]" ? "127.0.0.1" : undefined;
    return complaint("malformed", ON_IPV6, write(local, published, inside));
  }
  if (hostIp !== undefined && !z.ipv4().safeParse(hostIp).success) {
    return notAPort;
  }
  if (outside !== undefined && outside.count !== inside.count) {
    if (inside.count === 1) {
      return complaint("malformed", oneOf(published), write(hostIp, String(outside.first), inside));
    }
    const count = Math.min(outside.count, inside.count);
    const equal = write(hostIp, rangeText({ ...outside, count }), { ...inside, count });
    return complaint("malformed", `${published} and ${rangeText(inside)} are not equally many ports`, equal);
  }
  if (inside.count > MOST) {
    const some = write(hostIp, published && rangeText({ first: outside?.first ?? 1, count: 100 }), {
      ...inside,
      count: 100,
    });
    return complaint("out-of-range", `has ${inside.count} ports, and Docker starts a process for each`, some);
  }
  return Array.from({ length: inside.count }, (_, i) => ({
    target: inside.first + i,
    published: outside === undefined ? undefined : outside.first + i,
    protocol,
    hostIp,
    audience: undefined,
    scheme: undefined,
  }));
}

const ON_IPV6 = "is published on an IPv6 address, and containers are reached over IPv4";
const SCTP = complaint("malformed", "sctp is not supported: the firewall's rules are for tcp and udp", {
  prose: "publish it over tcp or udp, or not at all",
});
const oneOf = (published: string): string => `Docker would choose one port of ${published}, which no rule can name`;

const shortPort = z.union([z.string(), z.number()]).transform((value, context): ComposePort[] => {
  const ports = readShort(String(value));
  return Array.isArray(ports) ? ports : refuse(context, ports);
});

const NO_PORT = "is not a port";
const NUMBER = { prose: "write a number from 1 to 65535" };
const number = z.union([z.int(), form(/^\d+$/, NO_PORT, NUMBER)]);
const portNumber = number.transform(Number).refine(isPort, complaint("out-of-range", NO_PORT, NUMBER));

/** A port of the host; undefined where Docker chooses one. */
const published = z
  .union([z.int(), form(/^(\d+(-\d+)?)?$/, NO_PORT, NUMBER)])
  .transform((value, context): number | undefined => {
    const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(String(value)) ?? [];
    if (value === "" || (Number(from) === 0 && to === undefined)) {
      return undefined;
    }
    const given = from === undefined ? undefined : range(from, to);
    if (given === undefined) {
      return refuse(context, complaint("out-of-range", NO_PORT, NUMBER));
    }
    return given.count === 1
      ? given.first
      : refuse(context, complaint("malformed", oneOf(rangeText(given)), { prose: `write "${given.first}"` }));
  });

const longPort = mapping({
  name: z.string().optional(),
  target: portNumber,
  published: published.optional(),
  protocol: form(/^(tcp|udp|sctp)$/i, "must be tcp or udp")
    .refine((it) => it.toLowerCase() !== "sctp", SCTP)
    .transform((it) => (it.toLowerCase() === "udp" ? "udp" : "tcp"))
    .default("tcp"),
  host_ip: z
    .union([z.ipv4(), z.ipv6()])
    .refine((it) => !it.includes(":"), complaint("malformed", ON_IPV6, { prose: "remove host_ip" }))
    .optional(),
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
