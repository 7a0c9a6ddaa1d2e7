import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isRole } from "../model/roles.js";
import type { Role } from "../model/roles.js";
import { LabError } from "./lab-error.js";

/** Folder of everything that labs create; the same as in machine/lib.sh. */
export const LAB_ROOT = "/var/lib/homelab-lab";

/** One of the labs of instances.txt, whether it is up or not. */
export interface Instance {
  readonly name: string;
  /** First three numbers of its LAN, e.g. `172.30.0`. */
  readonly net: string;
  /** Prefix of its LAN's IPv6 addresses, e.g. `fd00:172:30:0::`; the same as in machine/lib.sh. */
  readonly net6: string;
  /** Addresses of this machine outside the LAN. */
  readonly outside: string;
  readonly outside6: string;
  /** Its folder; 0700. */
  readonly dir: string;
}

export interface Host {
  readonly name: string;
  readonly address: string;
  readonly address6: string;
  readonly role: Role;
  /** As Docker writes it, e.g. `512m`. */
  readonly memory: string;
  /** Whether it is a spare host that somebody added. */
  readonly spare: boolean;
}

export interface Registry {
  /** As it is written in image references, e.g. `ghcr.io`. */
  readonly name: string;
  readonly address: string;
}

function table(file: string): string[][] {
  return readFileSync(join(__dirname, file), "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/));
}

/** @throws LabError if instances.txt has no such lab */
export function findInstance(name: string): Instance {
  const rows = table("instances.txt");
  const row = rows.find(([first]) => first === name);
  if (row === undefined) {
    throw new LabError(`there is no lab "${name}"; lab/instances.txt has ${rows.map(([n]) => n ?? "").join(", ")}`);
  }
  const [, net = "", link = ""] = row;
  return {
    name,
    net,
    net6: network6(net),
    outside: `${link}.1`,
    outside6: `${network6(link)}1`,
    dir: join(LAB_ROOT, name),
  };
}
const network6 = (network: string): string => `fd00:${network.replaceAll(".", ":")}::`;

/** The lab's hosts, with those spare ones that were added. */
export function hostsOf(instance: Instance): Host[] {
  const file = join(instance.dir, "spare-hosts");
  const added = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const ofItsOwn = `hosts-${instance.name}.txt`;
  return table(existsSync(join(__dirname, ofItsOwn)) ? ofItsOwn : "hosts.txt")
    .filter(([name = "", , , , spare]) => spare !== "spare" || added.includes(name))
    .map(([name = "", number = "", role = "", memory = "", spare]) => ({
      name,
      address: `${instance.net}.${number}`,
      address6: `${instance.net6}${number}`,
      role: roleOf(role),
      memory,
      spare: spare === "spare",
    }));
}

function roleOf(text: string): Role {
  if (!isRole(text)) {
    throw new Error(`hosts.txt has an unknown role "${text}"`);
  }
  return text;
}

export function registriesOf(instance: Instance): Registry[] {
  return table("registries.txt").map(([name = ""], i) => ({ name, address: `${instance.net}.${i + 2}` }));
}

/** Environment variables of the lab's scripts, lab/images and lab/pulumi-engine.sh. */
export function environmentOf(instance: Instance): Record<string, string> {
  return {
    LAB_INSTANCE: instance.name,
    LAB_DIR: instance.dir,
    LAB_CACHE: join(LAB_ROOT, "cache"),
    LAB_CA: join(instance.dir, "ca.crt"),
    LAB_REGISTRIES: registriesOf(instance)
      .map(({ name, address }) => `${name}=${address}`)
      .join(" "),
    LAB_DIGESTS: join(instance.dir, "digests.txt"),
    CACHE_DIR: join(LAB_ROOT, "cache"),
    PULUMI_HOME: join(LAB_ROOT, "pulumi"),
  };
}
