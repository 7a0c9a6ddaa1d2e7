import { createHash } from "node:crypto";
import { isMap } from "yaml";
import type { Document } from "yaml";
import { isRole, ROLES } from "../../model/roles.js";
import type { Role } from "../../model/roles.js";
import { confirmed } from "../lib/ask.js";
import { run } from "../lib/process.js";
import { UserError } from "../lib/command.js";

/** A host as a stack's configuration has it. */
export interface StackHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly role?: Role;
  /** The Ed25519 key that is pinned, `ssh-ed25519 AAAA…`. */
  readonly hostKey?: string;
}

const HOSTS = ["config", "homelab:hosts"];

/**
 * Hosts of a stack's configuration.
 *
 * @param names default all
 * @throws UserError if one of them is not there
 */
export function hostsIn(document: Document, file: string, names: readonly string[] = []): StackHost[] {
  const all: unknown = document.getIn(HOSTS);
  const known = isMap(all) ? all.items.map(({ key }) => String(key)) : [];
  return (names.length > 0 ? names : known).map((name) => {
    const setting = (key: string): unknown => document.getIn([...HOSTS, name, key]);
    const [address, port, role, hostKey] = ["address", "port", "role", "hostKey"].map(setting);
    if (typeof address !== "string") {
      throw new UserError(`${file} has no host "${name}" with an address; it has ${known.join(", ") || "none"}`);
    }
    if (role !== undefined && !isRole(role)) {
      throw new UserError(`${file}: the role of ${name} must be one of ${ROLES.join(", ")}`);
    }
    return {
      name,
      address,
      port: typeof port === "number" ? port : 22,
      ...(role === undefined ? {} : { role }),
      ...(typeof hostKey === "string" ? { hostKey } : {}),
    };
  });
}

/** Writes the key of a host into the configuration. */
export function pin(document: Document, host: string, key: string): void {
  document.setIn([...HOSTS, host, "hostKey"], key);
}

/** @throws UserError if there is no SSH server with an Ed25519 key */
export async function fetchKey({ name, address, port }: StackHost): Promise<string> {
  const { stdout } = await run("ssh-keyscan", ["-T", "5", "-t", "ed25519", "-p", String(port), address]);
  const key = /ssh-ed25519 [A-Za-z0-9+/=]+/.exec(stdout)?.[0];
  if (key === undefined) {
    throw new UserError(`${name}: no SSH server with an Ed25519 key answers on ${address}:${port}`);
  }
  return key;
}

/** What need not be asked. */
export interface Consent {
  /** Whether the key of a host that has none pinned is right. */
  readonly first: boolean;
  /** Whether a key may take the place of another. */
  readonly changed: boolean;
}

/**
 * Shows the key that a host has and asks whether it is the host's.
 *
 * @returns whether it is another than the one that was pinned
 * @throws UserError if the owner does not say so
 */
export async function confirmKey(host: StackHost, key: string, consent: Consent): Promise<boolean> {
  const { name, hostKey } = host;
  if (hostKey === key) {
    return false;
  }
  const changed = hostKey !== undefined;
  if (changed) {
    console.log(`${name}: WARNING: another key is pinned. Unless the host was installed anew, somebody is in between.`);
  }
  console.log(
    `${name}: ${fingerprint(key)}\n  the same must come from the host itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`,
  );
  if (!(changed ? consent.changed : consent.first) && !(await confirmed(`Pin it for ${name}? [y/N] `))) {
    throw new UserError(`${name}: the key was not confirmed, so it was not pinned`);
  }
  return true;
}

/** As `ssh-keygen -l` shows it. */
function fingerprint(key: string): string {
  const digest = createHash("sha256").update(Buffer.from(key.split(" ")[1] ?? "", "base64"));
  return `SHA256:${digest.digest("base64").replace(/=+$/, "")} (ED25519)`;
}
