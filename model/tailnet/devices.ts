import { HOST_TAG } from "./tags.js";

/** A device of a tailnet, as the control server's API has it. */
export interface Device {
  readonly id: string;
  /** By which it is reached on the tailnet. */
  readonly name: string;
  /** Whose it is; of no meaning for one with tags. */
  readonly user: string;
  readonly tags: readonly string[];
  readonly addresses: readonly string[];
  /** When it joined, ISO 8601. */
  readonly created: string;
  /** ISO 8601; absent for one that is connected. */
  readonly lastSeen?: string | undefined;
}

/** What a device is to the homelab. */
type Standing =
  /** A host that is declared. */
  | { readonly kind: "host"; readonly host: string }
  /** It has the tag of a host that has joined again since. */
  | { readonly kind: "former"; readonly host: string }
  /** It has the tag of a host that is not declared. */
  | { readonly kind: "undeclared"; readonly host: string }
  /** It is the owner's own. */
  | { readonly kind: "other" };

/** A device, and what it is. */
export type KnownDevice = Device & { readonly standing: Standing };

/**
 * Says of each device what it is, by its tags alone: a name can be anybody's.
 *
 * @param hosts names of the hosts that are declared
 */
export function standingOf(devices: readonly Device[], hosts: readonly string[]): KnownDevice[] {
  const newest = new Map<string, Device>();
  for (const device of devices) {
    for (const host of hostsOf(device)) {
      const known = newest.get(host);
      if (known === undefined || Date.parse(device.created) > Date.parse(known.created)) {
        newest.set(host, device);
      }
    }
  }
  return devices.map((device) => {
    const [host] = hostsOf(device);
    if (host === undefined) {
      return { ...device, standing: { kind: "other" } };
    }
    const kind = !hosts.includes(host) ? "undeclared" : newest.get(host) === device ? "host" : "former";
    return { ...device, standing: { kind, host } };
  });
}

const hostsOf = ({ tags }: Device): string[] =>
  tags.filter((tag) => tag.startsWith(HOST_TAG)).map((tag) => tag.slice(HOST_TAG.length));
