import { z } from "zod";
import { ROLES } from "../roles.js";
import { AUDIENCE_NAME, remoteAudience } from "../audience.js";
import { subnet, subnetOf } from "../subnet.js";
import { bytes } from "../compose/scalars.js";
import type { Problem } from "../yaml/problem.js";
import { backups } from "./backups-settings.js";
import { nas } from "./nas-settings.js";
import { projects, secrets, values } from "./names.js";
import { notify } from "./notify-settings.js";
import { tailnet, tailscale } from "./tailnet-settings.js";
import { timeOfDay } from "./time.js";
import { complaint, form, refuse } from "../yaml/complaint.js";
import { mapping, named, parseWith } from "../yaml/schema.js";
import { suggest } from "../yaml/suggest.js";
import type { Path, Source } from "../yaml/source.js";

const hostName = form(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "is not a host name", {
  prose: "use small letters, digits and dashes",
});
/** The platforms that Raspberry Pis and PCs have, as image registries name them. */
const PLATFORMS = ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/arm/v6"] as const;

/** A name of the tz database, as this program's own copy of it has them. */
const timezone = z.string().transform((name, context) => {
  if (isTimezone(name)) {
    return name;
  }
  const remedy = suggest(name, Intl.supportedValuesOf("timeZone"), { otherwise: "write it as in Europe/Berlin" });
  return refuse(context, complaint("unknown-value", `there is no time zone "${name}"`, remedy));
});

/** Older names, which supportedValuesOf leaves out, are known too; an offset is none, and hosts are case-sensitive. */
function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^[A-Z]/.test(name);
  } catch {
    return false;
  }
}

/** Port of SSH on a host. */
export const sshPort = z.int().min(1).max(65535).default(22);

/** Of the owner's own, within the project: another clone has no more than that. Its name becomes that of networks. */
const composePath = form(
  /^([A-Za-z0-9][A-Za-z0-9_.-]{0,99}\/){0,20}[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\.ya?ml$/,
  "is not a Compose file of this project",
  { prose: "write its path from the project's directory, as in my/wiki.yaml, with letters, digits and _ . -" },
);

const host = mapping({
  address: z.ipv4(),
  role: z.enum(ROLES).optional(),
  /** Compose files of the owner's own, relative to the project's directory. */
  services: z.array(composePath).readonly().default([]),
  /** What the host's images must be made for. */
  platform: z.enum(PLATFORMS).optional(),
  /** The host's Ed25519 public key, `ssh-ed25519 AAAA…`. */
  hostKey: form(/^ssh-ed25519 [A-Za-z0-9+/]+=*$/, "is not an Ed25519 host key", {
    prose: 'write "ssh-ed25519 AAAA..."',
  }).optional(),
  /** Account that deploys. */
  user: form(/^[a-z_][a-z0-9_-]{0,31}$/, "is not an account", {
    prose: "use small letters, digits, dashes and underscores",
  }).default("deploy"),
  port: sshPort,
  /** Memory of the machine in bytes. */
  memory: bytes.optional(),
  /** Does it join the tailnet, by a package of its own? @default what homelab:tailnet says for all */
  tailscale: tailscale.optional(),
});

const lan = mapping({
  subnet: subnetOf("v4"),
  /** The LAN's IPv6 subnet; without one nothing is open over IPv6 but to the tailnet. */
  subnet6: subnetOf("v6").optional(),
  agents: mapping({ first: z.ipv4(), last: z.ipv4() }).optional(),
  /** Address of the router, which no container can have. */
  router: z.ipv4().optional(),
  /** What the router hands out by DHCP: no container can have a fixed address of those. */
  dhcp: mapping({ first: z.ipv4(), last: z.ipv4() }).optional(),
});

/** Who may reach SSH: the owner has to be among them. */
const admin = mapping({
  from: z
    .array(remoteAudience)
    .refine((list) => list.length > 0, complaint("empty-audience", "is empty", { prose: "write [lan, tailnet]" }))
    .readonly()
    .default(["lan", "tailnet"]),
}).default({ from: ["lan", "tailnet"] });

/** The addresses that a name of the owner's own means. */
const subnets = z
  .union([
    subnet.transform((it) => [it]),
    z
      .array(subnet)
      .refine(
        (list) => list.length > 0,
        complaint("empty-audience", "is empty", { prose: "write an address or a subnet" }),
      ),
  ])
  .readonly();

/** What `homelab:*` may say. */
export const settings = mapping({
  /** Where the dashboard's links lead: names are for whose resolver knows them. */
  links: z.enum(["addresses", "names"]).default("addresses"),
  domain: form(/^([a-z0-9-]+\.)+[a-z]{2,}$/, "is not a domain", { prose: "write it as example.org" }),
  timezone: timezone.default("Etc/UTC"),
  lan,
  admin,
  /** When a host may reboot after an upgrade; the hosts follow each other from then on. */
  reboot: timeOfDay.default("04:30"),
  hosts: named(hostName, host),
  /** Audiences of the owner's own, by name. */
  audiences: named(
    form(AUDIENCE_NAME, "is not a name for an audience", { prose: "use small letters, digits and dashes" }),
    subnets,
  ).default({}),
  nas: nas.optional(),
  tailnet: tailnet.optional(),
  notify: notify.optional(),
  backups: backups.optional(),
  services: named(form(/./, "is not a service"), z.boolean()).default({}),
  values,
  secrets,
  projects,
});

/** What the owner sets in the stack's configuration; of the secrets only the names. */
export type Config = z.infer<typeof settings>;
export type HostConfig = Config["hosts"][string];

/** What every key of ours begins with in a stack configuration. */
export const PREFIX = "homelab:";
const CONFIG_PATH: Path = ["config"];

/** Path of a setting in the stack's file. */
export function settingPath(key: keyof Config, ...rest: Path): Path {
  return [...CONFIG_PATH, `${PREFIX}${key}`, ...rest];
}

const stackFile = z.looseObject({ config: z.record(z.string(), z.unknown()) });

/** What a stack's configuration says, before its parts are held against each other. */
export function parseSettings(source: Source, problems: Problem[]): Config | undefined {
  const file = parseWith(stackFile, source.data, source, [], problems);
  if (file === undefined) {
    return undefined;
  }
  const own = Object.entries(file.config).filter(([key]) => key.startsWith(PREFIX));
  const data = Object.fromEntries(own.map(([key, value]) => [key.slice(PREFIX.length), value]));
  const prefixed: Source = {
    ...source,
    problem: (path, ...rest) => source.problem(prefix(path), ...rest),
  };
  return parseWith(settings, data, prefixed, [], problems);
}

function prefix(path: Path): Path {
  const [key, ...rest] = path;
  return key === undefined ? CONFIG_PATH : [...CONFIG_PATH, `${PREFIX}${key}`, ...rest];
}
