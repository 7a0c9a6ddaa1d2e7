import ipaddr from "ipaddr.js";
import { checkAudience, isFree } from "../audience.js";
import { worldOf } from "./world.js";
import { parseSettings, settingPath } from "./settings.js";
import type { Config } from "./settings.js";
import type { Problem } from "../yaml/problem.js";
import { checkNas } from "./nas.js";
import { PROVIDED } from "./names.js";
import { traitsOf } from "../roles.js";
import type { Source } from "../yaml/source.js";

/** Reads a stack's configuration, `Pulumi.<stack>.yaml`. */
export function parseConfig(source: Source, problems: Problem[]): Config | undefined {
  const config = parseSettings(source, problems);
  if (config !== undefined) {
    problems.push(
      ...checkHosts(config, source),
      ...checkAudiences(config, source),
      ...checkProvided(config, source),
      ...checkNas(config, source, settingPath("nas")),
    );
  }
  return config;
}

/** Every host has an address of its own in the LAN, agents have theirs in the agents' range, and none is an ARMv6. */
function checkHosts({ hosts, lan }: Config, source: Source): Problem[] {
  const problems: Problem[] = [];
  const subnet = ipaddr.IPv4.parseCIDR(lan.subnet);
  const holders = new Map<string, string>();
  for (const [name, { address, role, platform }] of Object.entries(hosts)) {
    if (platform === "linux/arm/v6") {
      const message = "a Pi Zero of the first generation cannot run these containers";
      problems.push(
        source.problem(settingPath("hosts", name, "platform"), "unsupported-platform", message, {
          prose: "use a Pi Zero 2 W with a 64-bit system",
        }),
      );
    }
    const at = settingPath("hosts", name, "address");
    if (!ipaddr.IPv4.parse(address).match(subnet)) {
      problems.push(
        source.problem(at, "outside-lan", `${address} is outside the LAN ${lan.subnet}`, {
          prose: "write an address of the LAN",
        }),
      );
    }
    const ends = [ipaddr.IPv4.networkAddressFromCIDR(lan.subnet), ipaddr.IPv4.broadcastAddressFromCIDR(lan.subnet)];
    if (subnet[1] < 31 && ends.some((it) => it.toString() === address)) {
      problems.push(
        source.problem(at, "outside-lan", `${address} is the address of the LAN itself, or of all its hosts at once`, {
          prose: "write the address of one host",
        }),
      );
    }
    const { range: key } = traitsOf(role);
    const range = key && lan[key];
    if (range !== undefined && !isBetween(address, range.first, range.last)) {
      problems.push(
        source.problem(at, "outside-range", `${address} is outside the ${key}' range ${range.first} to ${range.last}`, {
          prose: `choose an address in it, or widen homelab:lan.${key}`,
        }),
      );
    }
    const holder = holders.get(address);
    if (holder !== undefined) {
      problems.push(
        source.problem(at, "duplicate-address", `${address} is already the address of ${holder}`, {
          prose: "give each host its own",
        }),
      );
    }
    holders.set(address, name);
  }
  return problems;
}

/** What the program provides follows from elsewhere, and is not changed for every project at once. */
const checkProvided = ({ values }: Config, source: Source): Problem[] =>
  Object.keys(values).flatMap((name) => {
    const from = PROVIDED[name];
    return from === undefined
      ? []
      : [
          source.problem(settingPath("values", name), "reserved-name", `${name} follows from ${from}`, {
            prose: "remove it here",
          }),
        ];
  });

/** The owner's audiences have names that mean nothing else, and those that may reach SSH exist. */
function checkAudiences(config: Config, source: Source): Problem[] {
  const taken = Object.keys(config.audiences).filter((name) => !isFree(name));
  const world = worldOf(config);
  return [
    ...taken.map((name) =>
      source.problem(settingPath("audiences", name), "reserved-name", `"${name}" is reserved`, {
        prose: "choose another name",
      }),
    ),
    ...config.admin.from.flatMap((who, i) => {
      const mistake = checkAudience(who, world);
      return mistake === undefined ? [] : [source.problem(settingPath("admin", "from", i), ...mistake)];
    }),
  ];
}

const numeric = (address: string): number =>
  ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);

/** Is the first IPv4 address lower than the second? */
export const isBefore = (address: string, other: string): boolean => numeric(address) < numeric(other);

const isBetween = (address: string, first: string, last: string): boolean =>
  numeric(first) <= numeric(address) && numeric(address) <= numeric(last);
