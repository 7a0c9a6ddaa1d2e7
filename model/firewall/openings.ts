import type { Audience } from "../audience.js";

/** A door of a host: what listens there, and who may come in. */
export interface Opening {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** Who; besides audiences also plain addresses or subnets. */
  readonly from: readonly (Audience | Subnet)[];
  /** Name of what listens, for whoever reads the rules. */
  readonly what: string;
  /** Docker forwards it to a container; else a program of the host listens. */
  readonly published: boolean;
}

/** An IPv4 or IPv6 subnet, as in 10.0.0.0/8 or fd00::/64. */
export type Subnet = `${string}/${string}`;
