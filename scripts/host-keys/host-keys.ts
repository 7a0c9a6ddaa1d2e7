import { createHash } from "node:crypto";
import { confirmed } from "../lib/ask.js";
import { run } from "../lib/process.js";
import { UserError } from "../lib/command.js";
import type { StackHost } from "../lib/stack-file.js";

/** Something about one host that the owner can set right. */
export class HostError extends UserError {
  constructor(
    host: string,
    readonly reason: string,
  ) {
    super(`${host}: ${reason}`);
  }
}

/** @throws HostError if there is no SSH server with an Ed25519 key */
export async function fetchKey({ name, address, port }: Pick<StackHost, "name" | "address" | "port">): Promise<string> {
  const { stdout } = await run("ssh-keyscan", ["-T", "5", "-t", "ed25519", "-p", String(port), address]);
  const key = /ssh-ed25519 [A-Za-z0-9+/=]+/.exec(stdout)?.[0];
  if (key === undefined) {
    throw new HostError(name, `no SSH server with an Ed25519 key answers on ${address}:${port}`);
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
 * @throws HostError if the owner does not say so
 */
export async function confirmKey(host: StackHost, key: string, consent: Consent): Promise<boolean> {
  const { name, hostKey } = host;
  if (hostKey === key) {
    return false;
  }
  const changed = hostKey !== undefined;
  if (changed) {
    console.log(
      `${name}: WARNING: another key is pinned. Unless you reinstalled the host, this may be a man-in-the-middle attack.`,
    );
  }
  console.log(
    `${name}: ${fingerprint(key)}\n  compare it with what the host itself prints: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`,
  );
  if (!(changed ? consent.changed : consent.first) && !(await confirmed(`Pin it for ${name}? [y/N] `))) {
    throw new HostError(name, "the key was not confirmed, so it was not pinned");
  }
  return true;
}

/** As `ssh-keygen -l` shows it. */
export function fingerprint(key: string): string {
  const digest = createHash("sha256").update(Buffer.from(key.split(" ")[1] ?? "", "base64"));
  return `SHA256:${digest.digest("base64").replace(/=+$/, "")} (ED25519)`;
}
