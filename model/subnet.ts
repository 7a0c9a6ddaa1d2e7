import ipaddr from "ipaddr.js";
import { z } from "zod";
import { complaint, refuse } from "./yaml/complaint.js";
import type { Refusal } from "./yaml/complaint.js";

/**
 * An IPv4 or IPv6 subnet or a single address in the one form that UFW, iptables and OpenMediaVault keep: no bits below
 * the prefix, no prefix for a single address, IPv6 in lower case and compressed (RFC 5952).
 */
export type Subnet = string & z.$brand<"Subnet">;

const mistake = (message: string, prose: string): Refusal => complaint("malformed", message, { prose });

const FORM = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/;
const BITS = { ipv4: 32, ipv6: 128 };
const HALVES = { ipv4: "0.0.0.0/1 and 128.0.0.0/1", ipv6: "::/1 and 8000::/1" };
/** Where no packet from a network comes from. */
const NOWHERE = ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/128", "::1/128", "ff00::/8"];
/** IPv6 ranges that stand for IPv4 addresses: the C library prints them as such. */
const EMBEDDED = ["::ffff:0:0/96", "::/96"];

/** The normal form of a subnet or an address. */
export function readSubnet(text: string): Subnet | Refusal {
  const [, written = "", prefix] = FORM.exec(text) ?? [];
  const address = parseAddress(written);
  if (address === undefined) {
    const prose = "write it as 192.168.1.77, 192.168.1.0/24 or fd00:1234::/64";
    return mistake(`"${text}" is not an address or a subnet`, prose);
  }
  const kind = address.kind();
  const bits = prefix === undefined ? BITS[kind] : Number(prefix);
  if (bits > BITS[kind]) {
    return mistake(`"${text}" has a prefix beyond ${BITS[kind]}`, "write it as 192.168.1.0/24");
  }
  if (bits === 0) {
    return mistake(`"${text}" covers every address, which firewalls do not take as a subnet`, `write ${HALVES[kind]}`);
  }
  const network = networkOf(address, bits).toString();
  if (network !== address.toString()) {
    const hint = `write ${network}/${bits} for the subnet, or ${address.toString()} for the address`;
    return mistake(`"${text}" is an address with the prefix of its subnet`, hint);
  }
  if (isWithin(address, bits, NOWHERE)) {
    return mistake(`"${text}" is not a source of packets`, "write an address or a subnet of a network");
  }
  if (isWithin(address, bits, EMBEDDED)) {
    return mistake(`"${text}" is an IPv4 address in another form`, "write that address");
  }
  return (bits === BITS[kind] ? network : `${network}/${bits}`) as Subnet;
}

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return ipaddr.IPv4.parse(text);
  }
  return text.includes(":") && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

const networkOf = (address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): ipaddr.IPv4 | ipaddr.IPv6 =>
  address instanceof ipaddr.IPv4
    ? ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/${bits}`)
    : ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${bits}`);

const isWithin = (address: ipaddr.IPv4 | ipaddr.IPv6, bits: number, ranges: readonly string[]): boolean =>
  ranges
    .map((range) => cidr(range))
    .some(
      (range) =>
        address.kind() === range.address.kind() &&
        bits >= range.bits &&
        networkOf(address, range.bits).toString() === range.address.toString(),
    );

export const familyOf = (subnet: Subnet): "v4" | "v6" => (subnet.includes(":") ? "v6" : "v4");

/** Is some address in both? */
export function overlap(a: Subnet, b: Subnet): boolean {
  const [one, other] = [cidr(a), cidr(b)];
  const bits = Math.min(one.bits, other.bits);
  return (
    one.address.kind() === other.address.kind() &&
    networkOf(one.address, bits).toString() === networkOf(other.address, bits).toString()
  );
}

/** Of two subnets that overlap the one that lies in the other. */
export const narrower = (a: Subnet, b: Subnet): Subnet => (cidr(a).bits >= cidr(b).bits ? a : b);

/** An IPv4 subnet with its mask written out, as in 192.168.1.0/255.255.255.0. */
export function maskOf(subnet: Subnet): string {
  const { address, bits } = cidr(subnet);
  return `${address.toString()}/${ipaddr.IPv4.subnetMaskFromPrefixLength(bits).toString()}`;
}

/** Does all of the second lie in the first? */
export const covers = (a: Subnet, b: Subnet): boolean => overlap(a, b) && cidr(a).bits <= cidr(b).bits;

/** Does an address lie in a subnet? Texts that are neither lie in none. */
export function contains(subnet: string, address: string): boolean {
  return ipaddr.isValidCIDR(subnet) || ipaddr.isValid(subnet)
    ? ipaddr.isValid(address) && overlap(subnet as Subnet, address as Subnet)
    : false;
}

function cidr(subnet: string): { readonly address: ipaddr.IPv4 | ipaddr.IPv6; readonly bits: number } {
  const [text = "", prefix] = subnet.split("/");
  const address = ipaddr.parse(text);
  return { address, bits: prefix === undefined ? BITS[address.kind()] : Number(prefix) };
}

/** Reads a subnet or an address. */
export const subnet = z.string().transform((text, context): Subnet => {
  const read = readSubnet(text);
  return typeof read === "string" ? read : refuse(context, read);
});

/** The same for what must be a subnet of one family, as the LAN's. */
export const subnetOf = (family: "v4" | "v6"): z.ZodType<Subnet> =>
  subnet.refine(
    (it) => it.includes("/") && familyOf(it) === family,
    complaint("malformed", `is not an ${FAMILIES[family].what}`, { prose: `write it as ${FAMILIES[family].example}` }),
  );

const FAMILIES = {
  v4: { what: "IPv4 subnet", example: "192.168.1.0/24" },
  v6: { what: "IPv6 subnet", example: "fd00:1234::/64" },
};
