import { maskOf } from "../subnet.js";
import type { Config, HostConfig } from "../config/settings.js";
import type { RouteModel, ServiceModel } from "../types.js";

/** The folder of a host with root.crt, server.crt and server.key, for whatever service mounts it. */
const CERTIFICATES = "/var/lib/homelab-tls";

/** What the certificate of a host is for, and who shows it. */
export interface CertificateUse {
  /** The homelab's domain, for which alone the authority signs. */
  readonly domain: string;
  readonly names: readonly string[];
  /** IPv4 addresses of the host. */
  readonly addresses: readonly string[];
  /** Subnets of the LAN as OpenSSL has them, address/mask. */
  readonly subnets: readonly string[];
  /** Number of the group that reads the key. */
  readonly group: number;
  /** Containers that read it when they start. */
  readonly restart: readonly string[];
}

/** The certificate that a host needs; undefined where no service mounts it. */
export function certificateOf(
  { address }: HostConfig,
  { domain, lan }: Config,
  services: readonly ServiceModel[],
  routes: readonly RouteModel[],
): CertificateUse | undefined {
  const users = services.filter(({ volumes }) =>
    volumes.some((volume) => volume.type === "bind" && volume.source === CERTIFICATES),
  );
  if (users.length === 0) {
    return undefined;
  }
  const wildcard = `*.${domain}`;
  const deep = routes
    .map(({ name }) => name)
    .filter((name) => name.slice(name.indexOf(".") + 1) !== domain && name !== domain);
  return {
    domain,
    names: [domain, wildcard, ...[...new Set(deep)].sort()],
    addresses: [address],
    subnets: [maskOf(lan.subnet)],
    group: Math.max(0, ...users.map(groupOf)),
    restart: users.map(({ name }) => name).sort(),
  };
}

/** Of `user: UID:GID`; root's where it says none. */
const groupOf = ({ definition: { user = "" } }: ServiceModel): number => Number(/^\d+:(\d+)$/.exec(user)?.[1] ?? 0);
