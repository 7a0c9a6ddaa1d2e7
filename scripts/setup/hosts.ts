import { readFileSync } from "node:fs";
import { join } from "node:path";
import ipaddr from "ipaddr.js";
import { parse } from "yaml";
import { composeFileOf, isRole, ROLES, traitsOf } from "../../model/roles.js";
import type { Role } from "../../model/roles.js";
import { PROGRAM } from "../lib/project.js";
import { listOf } from "./question.js";

/** What a host can be for: a role, several on one machine, of which the first is its own, or nothing of this program's. */
export const PURPOSES = [...ROLES, "nas+media", "nas+ci", "ci+media", "nas+media+ci", "none"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** A host as its owner names it. */
export interface NewHost {
  readonly name: string;
  readonly address: string;
  readonly purpose: Purpose;
}

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const isPurpose = (text: string): text is Purpose => PURPOSES.some((it) => it === text);

/** What is wrong with the name of a host; undefined if nothing is. */
export const nameMistake = (name: string): string | undefined =>
  NAME.test(name) ? undefined : `"${name}" is not a host name: use small letters, digits and dashes`;

export const addressMistake = (address: string): string | undefined =>
  ipaddr.IPv4.isValidFourPartDecimal(address) ? undefined : `"${address}" is not an IPv4 address`;

/** A host written as NAME=ADDRESS[:ROLE]; a string says what is wrong with it. */
export function hostIn(text: string): NewHost | string {
  const [, name = "", address = "", purpose = "none"] = /^([^=]*)=([^:]*)(?::(.*))?$/.exec(text) ?? [];
  if (!isPurpose(purpose)) {
    return `"${purpose}" is not a role: write ${PURPOSES.join(", ")}`;
  }
  return nameMistake(name) ?? addressMistake(address) ?? { name, address, purpose };
}

/** What is wrong with a list of hosts, each as NAME=ADDRESS[:ROLE]; undefined if nothing is. */
export function hostsMistake(answer: string): string | undefined {
  const parsed = listOf(answer).map(hostIn);
  const wrong = parsed.find((it) => typeof it === "string");
  const hosts = parsed.filter((it) => typeof it !== "string");
  return wrong ?? (hosts.length === 0 ? "name at least one host" : togetherMistake(hosts));
}

/** What of several hosts does not fit together; undefined if all does. */
export function togetherMistake(hosts: readonly NewHost[]): string | undefined {
  const twice = (values: readonly string[]): string | undefined => values.find((it, i) => values.indexOf(it) !== i);
  const name = twice(hosts.map((host) => host.name));
  const address = twice(hosts.map((host) => host.address));
  if (name !== undefined || address !== undefined) {
    return `${name ?? address ?? ""} is given twice`;
  }
  const nas = hosts.filter(({ purpose }) => rolesOf(purpose).some((role) => traitsOf(role).shares));
  if (nas.length > 1) {
    return `the shares lie on one host: give the role nas to one of ${nas.map((host) => host.name).join(", ")}`;
  }
  const roles = hosts.flatMap(({ purpose }) => rolesOf(purpose));
  return roles.includes("agent") && !roles.includes("ci")
    ? "the role agent needs a host with the role ci, whose pipelines it runs"
    : undefined;
}

/** The roles whose Compose files are for a host of that purpose; the first is its own. */
export const rolesOf = (purpose: Purpose): readonly Role[] => purpose.split("+").filter(isRole);

/** What a host of a purpose brings, in a line: read from its Compose files, so that it is what would run. */
export function broughtBy(purpose: Purpose): string {
  if (purpose === "none") {
    return "nothing yet: Docker, firewall and updates, for your own Compose files";
  }
  const roles = rolesOf(purpose);
  if (roles.length > 1) {
    return `${roles.join(" and ")}${roles.length > 2 ? ": one Pi does it all" : ""}`;
  }
  const shares = roles.some((role) => traitsOf(role).shares) ? ["shared folders (NFS, SMB)"] : [];
  return [...shares, ...roles.flatMap(servicesOf)].join(", ");
}

/** Services of a role that are on unless they are switched off. */
export function servicesOf(role: Role): string[] {
  const text = readFileSync(join(PROGRAM, composeFileOf(role)), "utf8");
  const { services } = parse(text, { merge: true }) as { services: Record<string, { profiles?: readonly string[] }> };
  return Object.entries(services).flatMap(([name, { profiles = [] }]) => (profiles.length === 0 ? [name] : []));
}
