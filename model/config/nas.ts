import type { Config } from "./settings.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import { nas } from "./nas-settings.js";
import type { NasConfig } from "./nas-settings.js";
import { SHARES_ROLES, traitsOf } from "../roles.js";
import type { Path, Source } from "../yaml/source.js";

/** Sections of Samba's configuration that mean something else. */
const RESERVED = ["global", "homes", "printers"];
const DEFAULT_ROOT = "/srv/nas";

/** What homelab:nas says, or what holds where it is left out. */
export function nasOf({ nas: given }: Config): NasConfig & { readonly root: string } {
  const settings = given ?? nas.parse({});
  return { ...settings, root: settings.root ?? DEFAULT_ROOT };
}

/** The one host whose role holds shares. */
export interface OneNas {
  readonly kind: "one";
  readonly name: string;
  readonly address: string;
}

/** Hosts of which each could be it. */
interface SeveralNas {
  readonly kind: "several";
  readonly names: readonly string[];
}

export type SomeNas = OneNas | SeveralNas;

/** The host with the shares. */
export function nasHost({ hosts }: Config): SomeNas | { readonly kind: "none" } {
  const [first, ...others] = Object.entries(hosts).filter(([, { role }]) => traitsOf(role).shares);
  if (first === undefined) {
    return { kind: "none" };
  }
  const [name, { address }] = first;
  return others.length === 0
    ? { kind: "one", name, address }
    : { kind: "several", names: [name, ...others.map(([other]) => other)] };
}

/** What is wrong with several hosts that hold shares. */
export const severalNas = ({ names }: SeveralNas): ["several-nas", string, { readonly prose: string }] => [
  "several-nas",
  `${names.join(" and ")} have the role ${SHARES_ROLES}; only one host can hold the shares`,
  { prose: "give the role to one of them" },
];

/** The secret that is a person's password for SMB. */
export const smbSecret = (name: string): string => `SMB_PASSWORD_${name.toUpperCase().replaceAll("-", "_")}`;
/** Characters of such a password where `npm run secrets` makes it. */
export const SMB_PASSWORD_LENGTH = 20;

/** Everyone who has a password for SMB, in the order of the alphabet. */
export function peopleOf(config: Config): string[] {
  const names = Object.values(nasOf(config).shares).flatMap(({ write, read }) => [...write, ...read]);
  return [...new Set(names)].sort();
}

/** What in homelab:nas does not fit together, or not to the hosts. */
export function checkNas(config: Config, source: Source, at: Path): Problem[] {
  const { nas: given } = config;
  if (given === undefined) {
    return [];
  }
  const problems: Problem[] = [];
  const complain = (path: Path, code: ProblemCode, message: string, prose: string): void => {
    problems.push(source.problem([...at, ...path], code, message, { prose }));
  };
  const host = nasHost(config);
  if (host.kind === "none") {
    complain(
      [],
      "no-nas",
      `no host has the role ${SHARES_ROLES}`,
      `write role: ${SHARES_ROLES} at the host with the disks, or remove this`,
    );
  } else if (host.kind === "several") {
    problems.push(source.problem(at, ...severalNas(host)));
  }
  if (given.base === "omv" && given.root === undefined) {
    const hint = "add root: with the mount point that OpenMediaVault shows under Storage, File Systems";
    complain(["base"], "no-root", "root is required here: OpenMediaVault mounts its disks itself", hint);
  }
  for (const [name, { write, read }] of Object.entries(given.shares)) {
    if (RESERVED.includes(name)) {
      complain(["shares", name], "reserved-name", `"${name}" has a meaning of its own in Samba`, "choose another name");
    }
    read.forEach((who, i) => {
      if (write.includes(who)) {
        complain(
          ["shares", name, "read", i],
          "redundant-access",
          `${who} is listed under write: too`,
          "remove it here: write access includes read access",
        );
      }
    });
  }
  return problems;
}
