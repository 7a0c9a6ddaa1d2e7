import ipaddr from "ipaddr.js";
import { composeFileOf, traitsOf } from "../../model/roles.js";
import { rolesOf } from "./hosts.js";
import type { NewHost } from "./hosts.js";
import { networkOf } from "./lan.js";

/** What the owner has said of a homelab. */
export interface Declared {
  readonly hosts: readonly NewHost[];
  readonly domain: string;
  readonly timezone: string;
  /** Address of this machine with its prefix, such as 192.168.1.7/24. */
  readonly ownAddress: string | undefined;
  /** GitHub's names for Woodpecker; undefined where it stays off. */
  readonly woodpecker: { readonly admin: string; readonly client: string } | undefined;
}

/** Services that go together with Woodpecker's server. */
const WOODPECKER = ["woodpecker-server", "woodpecker-agent", "postgres"];

/**
 * The configuration of a new homelab, one line a host, in the layout that Pulumi itself writes: so that it changes nothing
 * when it adds a secret.
 */
export function declarationOf({ hosts, domain, timezone, ownAddress, woodpecker }: Declared): string {
  const roles = hosts.flatMap(({ purpose }) => rolesOf(purpose));
  const off = roles.includes("ci") && woodpecker === undefined ? WOODPECKER : [];
  const lines = [
    "# The homelab. What each line may say: docs/real-pis.md; after a change: npm run check, then npm run deploy.",
    "config:",
    "  # Names of services lie below it. home.arpa is reserved for homes (RFC 8375).",
    `  homelab:domain: ${domain}`,
    `  homelab:timezone: ${timezone}`,
    "  homelab:lan:",
    `    subnet: ${lanOf(hosts, ownAddress)}`,
    "  # One line a host. `npm run bootstrap` prepares it and adds its hostKey.",
    "  homelab:hosts:",
    ...hosts.map(hostLine),
    ...(roles.some((role) => traitsOf(role).shares) ? SHARES : []),
    ...(off.length === 0
      ? []
      : [
          "  # Services that are on or off against what their Compose file says.",
          "  homelab:services:",
          ...off.map((name) => `    ${name}: false`),
        ]),
    ...(woodpecker === undefined
      ? []
      : [
          "  # What ${NAME} means in the Compose files.",
          "  homelab:values:",
          `    WOODPECKER_ADMIN: ${JSON.stringify(woodpecker.admin)}`,
          `    WOODPECKER_GITHUB_CLIENT: ${JSON.stringify(woodpecker.client)}`,
        ]),
  ];
  return `${lines.join("\n")}\n`;
}

const SHARES = [
  "  # Folders of the NAS below root, with the people who reach them over SMB. `npm run secrets` makes their passwords.",
  "  homelab:nas:",
  "    root: /srv/nas",
  "    shares:",
  "      movies: {write: [owner]}",
  "      tv: {write: [owner]}",
  "      music: {write: [owner]}",
  "      backups: {read: [owner]}",
];

function hostLine({ name, address, purpose }: NewHost): string {
  const [role, ...more] = rolesOf(purpose);
  const entries = [
    `address: ${address}`,
    ...(role === undefined ? [] : [`role: ${role}`]),
    ...(more.length === 0 ? [] : [`services: [${more.map(composeFileOf).join(", ")}]`]),
  ];
  return `    ${name}: {${entries.join(", ")}}`;
}

/** The LAN: this machine's network if every host is in it, else the smallest subnet that has them all. */
function lanOf(hosts: readonly NewHost[], own: string | undefined): string {
  const address = hosts[0]?.address ?? "192.168.1.1";
  const candidates = [
    ...(own === undefined ? [] : [own]),
    ...[24, 23, 22, 21, 20, 16, 12, 8].map((prefix) => `${address}/${prefix}`),
  ];
  const fitting = candidates.find((cidr) => {
    const range = ipaddr.IPv4.parseCIDR(cidr);
    return hosts.every((host) => ipaddr.IPv4.parse(host.address).match(range));
  });
  return networkOf(fitting ?? `${address}/24`);
}
