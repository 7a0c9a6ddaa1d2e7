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

/** Names of the hosts whose role holds shares. */
export const hostsWithShares = ({ hosts }: Config): string[] =>
  Object.keys(hosts).filter((name) => traitsOf(hosts[name]?.role).shares);

/** Name of the host with the shares; undefined where no host, or more than one, could be it. */
export function nasHostOf(config: Config): string | undefined {
  const [only, ...others] = hostsWithShares(config);
  return others.length > 0 ? undefined : only;
}

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
  const holders = hostsWithShares(config);
  if (holders.length === 0) {
    complain(
      [],
      "no-nas",
      `no host has the role ${SHARES_ROLES}`,
      `write role: ${SHARES_ROLES} at the host with the disks, or remove this`,
    );
  } else if (holders.length > 1) {
    complain(
      [],
      "several-nas",
      `${holders.join(" and ")} have the role ${SHARES_ROLES}; shares lie on one host`,
      "give the role to one of them",
    );
  }
  if (given.base === "omv" && given.root === undefined) {
    const hint = "write root: with the mount point that OpenMediaVault shows under Storage, File Systems";
    complain(["base"], "no-root", "OpenMediaVault has its shares on a disk that it mounts itself", hint);
  }
  for (const [name, { write, read }] of Object.entries(given.shares)) {
    if (RESERVED.includes(name)) {
      complain(["shares", name], "reserved-name", `"${name}" means something else to Samba`, "choose another name");
    }
    read.forEach((who, i) => {
      if (write.includes(who)) {
        complain(
          ["shares", name, "read", i],
          "redundant-access",
          `${who} stands under write: too`,
          "remove it here: who writes also reads",
        );
      }
    });
  }
  return problems;
}
