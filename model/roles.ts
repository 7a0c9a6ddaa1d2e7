/** What sets the hosts of a role apart. */
export interface RoleTraits {
  /** Name of its class in components/roles.ts. */
  readonly component: string;
  /** Memory and disk are scarce, as on a Pi Zero: smaller logs, compressed swap. */
  readonly small: boolean;
  /** Holds the shares of homelab:nas. */
  readonly shares: boolean;
  /** The range of homelab:lan that must contain its address; undefined for any address of the LAN. */
  readonly range: "agents" | undefined;
  /** Debian packages beside those that every host gets. `a | b` installs a, unless one of them is installed. */
  readonly packages: readonly string[];
}

/** The roles that a host can have. A new one also needs its class and `stacks/<role>/compose.yaml`. */
const TRAITS = {
  nas: {
    component: "NasHost",
    small: false,
    shares: true,
    range: undefined,
    packages: ["nfs-kernel-server", "samba"],
  },
  ci: { component: "CiController", small: false, shares: false, range: undefined, packages: [] },
  media: { component: "MediaServer", small: false, shares: false, range: undefined, packages: [] },
  agent: {
    component: "PiZeroAgent",
    small: true,
    shares: false,
    range: "agents",
    packages: ["systemd-zram-generator | zram-tools | rpi-swap"],
  },
} as const satisfies Readonly<Record<string, RoleTraits>>;

export type Role = keyof typeof TRAITS;

export const ROLES = Object.keys(TRAITS) as [Role, ...Role[]];

const PLAIN: RoleTraits = { component: "PlainHost", small: false, shares: false, range: undefined, packages: [] };

export const isRole = (value: unknown): value is Role => ROLES.some((role) => role === value);

/** The traits of a host with that role, or without one. */
export const traitsOf = (role: Role | undefined): RoleTraits => (role === undefined ? PLAIN : TRAITS[role]);

/** The roles whose hosts hold shares, as a message names them. */
export const SHARES_ROLES = ROLES.filter((role) => traitsOf(role).shares).join(" or ");

/** The Compose file that declares the services of a role, relative to the project. */
export const composeFileOf = (role: Role): string => `stacks/${role}/compose.yaml`;
