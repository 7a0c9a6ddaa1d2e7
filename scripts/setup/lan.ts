import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";
import pLimit from "p-limit";

/** No subnet with more addresses than this is searched: a /24, the usual size of a LAN. */
const SMALLEST_PREFIX = 24;
const SSH = 22;
const TIMEOUT_MS = 1000;
const CONCURRENCY = 64;

/** A machine of the LAN on which an SSH server answers. */
export interface Found {
  readonly address: string;
  /** What it calls itself, such as SSH-2.0-OpenSSH_9.2p1. */
  readonly banner: string;
}

/** This machine's address where its default route leads to, as in 192.168.1.7/24; undefined where it has no network. */
export function ownAddress(): string | undefined {
  const usable = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(({ family, internal }) => family === "IPv4" && !internal).map(({ cidr }) => ({ name, cidr })),
  );
  const preferred = usable.find(({ name }) => name === defaultInterface()) ?? usable[0];
  return preferred?.cidr ?? undefined;
}

/** The interface of the default route, where the system has Linux's table of routes. */
function defaultInterface(): string | undefined {
  try {
    const routes = readFileSync("/proc/net/route", "utf8").split("\n").slice(1);
    return routes.map((line) => line.split("\t")).find(([, destination]) => destination === "00000000")?.[0];
  } catch {
    return undefined;
  }
}

/** The subnet of an address with a prefix. @param smallest prefix that it may have, if it is to be small */
export function networkOf(cidr: string, smallest = 0): string {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const length = Math.max(prefix, smallest);
  return `${ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/${length}`).toString()}/${length}`;
}

/** The part of a subnet around an address that is small enough to be searched. */
export const searchable = (cidr: string): string => networkOf(cidr, SMALLEST_PREFIX);

/** What is wrong with a subnet that is to be searched; undefined if nothing is. */
export function subnetMistake(text: string): string | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) {
    return `"${text}" is not a subnet: write it as 192.168.1.0/24`;
  }
  const [, prefix] = ipaddr.IPv4.parseCIDR(text);
  return prefix < SMALLEST_PREFIX ? `${text} is too large to search: /${SMALLEST_PREFIX} or smaller` : undefined;
}

/** Every address of a subnet that a machine can have. */
export function addressesIn(subnet: string): string[] {
  const [, prefix] = ipaddr.IPv4.parseCIDR(subnet);
  const first = numberOf(ipaddr.IPv4.networkAddressFromCIDR(subnet));
  const size = 2 ** (32 - prefix);
  const reserved = size > 2 ? 1 : 0; // the network's own address and the broadcast
  return Array.from({ length: size - 2 * reserved }, (_, i) => addressOf(first + reserved + i));
}

const numberOf = (address: ipaddr.IPv4): number => address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
const addressOf = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");

/** Looks which machines of a subnet answer SSH; asks nothing else of them, and no address outside it. */
export async function findHosts(subnet: string, knock = bannerOf): Promise<Found[]> {
  const limit = pLimit(CONCURRENCY);
  const found = await limit.map(addressesIn(subnet), async (address) => ({ address, banner: await knock(address) }));
  return found.flatMap(({ address, banner }) => (banner === undefined ? [] : [{ address, banner }]));
}

/** What an SSH server says first; undefined where none answers within a second. */
export function bannerOf(address: string, port = SSH, timeoutMs = TIMEOUT_MS): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    let said = "";
    const end = (banner: string | undefined): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(banner);
    };
    const late = setTimeout(() => {
      end(undefined);
    }, timeoutMs);
    socket.on("error", () => {
      end(undefined);
    });
    socket.on("close", () => {
      end(undefined);
    });
    socket.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const [, banner] = /^(SSH-[ -~]{1,200})\r?\n/m.exec(said) ?? [];
      if (banner !== undefined || said.length > 4096) {
        end(banner);
      }
    });
  });
}
