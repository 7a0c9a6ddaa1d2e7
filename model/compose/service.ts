import { z } from "zod";
import { audiences } from "../audience.js";
import { FORMER_SUFFIX } from "../helper.js";
import { deviceReservations, gpus } from "./gpus.js";
import { ports } from "./ports.js";
import { reason } from "./reason.js";
import { REFUSED } from "./refused.js";
import type { PlacedPort } from "./ports.js";
import { routes } from "./route.js";
import { tile } from "./tile.js";
import { volumes } from "./volumes.js";
import { bytes, bytesOrUnlimited, count, duration, flag, quoted, share, whole } from "./scalars.js";
import {
  command,
  device,
  environment,
  extraHosts,
  ipAddress,
  labels,
  pairs,
  options,
  numbered,
  oneOrMore,
  ulimit,
} from "./values.js";
import { complaint, form } from "../yaml/complaint.js";
import { mapping, named } from "../yaml/schema.js";
import { SecretText } from "../text.js";
import type { Text } from "../text.js";
import * as grammar from "./grammar.js";

// The part of the Compose file format that this program takes for a service (https://compose-spec.io), read strictly:
// docs/compose.md lists what is supported and what is refused, with the reasons.

const text = z.string();
const name = /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,63}$/;

const healthcheck = mapping({
  test: z
    .union([
      z.union([text, z.instanceof(SecretText)]).transform((line): readonly Text[] => ["CMD-SHELL", line]),
      z.tuple([z.enum(["CMD", "CMD-SHELL", "NONE"])], z.union([text, z.instanceof(SecretText)])).readonly(),
    ])
    .optional(),
  interval: duration.optional(),
  timeout: duration.optional(),
  start_period: duration.optional(),
  start_interval: duration.optional(),
  retries: count.optional(),
  disable: flag.default(false),
})
  .refine(
    ({ test, disable, ...times }) =>
      test !== undefined || disable || Object.values(times).every((it) => it === undefined),
    complaint("healthcheck-without-test", "has no test", {
      prose: "add test:, or write disable: true",
    }),
  )
  .transform((it) => (it.test === undefined && !it.disable ? undefined : it));

const CONDITIONS = ["service_started", "service_healthy", "service_completed_successfully"] as const;
type Condition = (typeof CONDITIONS)[number];
const dependency = mapping(
  {
    condition: z.enum(CONDITIONS).default("service_started"),
    required: flag.default(true),
  },
  REFUSED["depends_on.NAME"],
);
const dependsOn = z.union([
  z
    .array(text)
    .transform((list): Record<string, { condition: Condition; required: boolean }> =>
      Object.fromEntries(list.map((it) => [it, { condition: "service_started", required: true }])),
    ),
  z.record(text, dependency),
]);

const attachment = mapping(
  {
    aliases: z.array(grammar.hostName).readonly().default([]),
    ipv4_address: z.ipv4().optional(),
  },
  REFUSED["networks.NAME (of a service)"],
);
const networks = z.union([
  z.array(text).transform((list) => Object.fromEntries(list.map((it) => [it, null]))),
  z.record(text, z.union([attachment, z.null()])),
]);

/** `service:` and `container:` share the network of another container: what passes through a VPN's, above all. */
const networkMode = form(
  /^(host|none|bridge|(service|container):[a-zA-Z0-9][a-zA-Z0-9._-]{0,63})$/,
  "must be host, none, bridge or service:NAME",
  { prose: "write service:NAME for the network of another service, or name networks:" },
);

const mode = z
  .union([z.int(), form(/^0?[0-7]{3}$/, "is not a file mode", { prose: 'write "0440"' })])
  .transform((value) => (typeof value === "number" ? value : parseInt(value, 8)));
// The path is also one below the folder of all files on the host, and names a file there.
const deliveredTo = form(
  /^\/?(?!\.\.?(\/|$))[A-Za-z0-9_.-]{1,200}(\/(?!\.\.?(\/|$))[A-Za-z0-9_.-]{1,200}){0,20}$/,
  "is not a path",
  { prose: "use letters, digits and _ . / -, and neither . nor .. between slashes" },
);
/** A file of the top-level configs: or secrets:, mounted into the container. */
const delivery = (folder: string): z.ZodType<ComposeDelivery> =>
  z.union([
    deliveredTo.transform((source): ComposeDelivery => ({
      source,
      target: `${folder}${source}`,
      mode: undefined,
      live: false,
    })),
    mapping(
      { source: deliveredTo, target: deliveredTo.optional(), mode: mode.optional(), "x-live": flag.default(false) },
      REFUSED["configs[] and secrets[] (of a service)"],
    ).transform(({ source, target = source, ...rest }): ComposeDelivery => ({
      source,
      target: target.startsWith("/") ? target : `${folder}${target}`,
      mode: rest.mode,
      live: rest["x-live"],
    })),
  ]);

/** Which file of the top-level configs: or secrets: is where in the container. */
export interface ComposeDelivery {
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  /** Permissions; undefined means 0444, readable by all in the container. */
  readonly mode: number | undefined;
  /** The program in the container sees a change by itself, so that the container need not be replaced. */
  readonly live: boolean;
}

/** As Docker keeps them, with their prefix and in order: what is read back is what was declared. */
const capabilities = z
  .array(grammar.capability.transform((it) => (it === "ALL" || it.startsWith("CAP_") ? it : `CAP_${it}`)))
  .transform((list): readonly string[] => list.sort());

const RESTART = /^(no|always|unless-stopped|on-failure(:\d+)?)$/;

const resources = mapping({
  limits: mapping({
    cpus: share.optional(),
    memory: bytes.optional(),
    pids: whole.optional(),
  }).optional(),
  reservations: mapping(
    {
      memory: bytes.optional(),
      /** To Swarm alone it means something. */
      cpus: share.optional(),
      devices: deviceReservations.optional(),
    },
    REFUSED["deploy.resources.reservations"],
  ).optional(),
});

/** What is said twice of one port is said once, as to Compose. */
const withoutTwins = (ports: readonly PlacedPort[]): PlacedPort[] => [
  ...new Map(ports.map((port) => [JSON.stringify({ ...port, at: 0 }), port])).values(),
];

/** Compose takes these keys without a value, as if they were not there. */
const orNothing = <Schema extends z.ZodType>(schema: Schema): z.ZodType<z.infer<Schema> | undefined> =>
  schema.nullish().transform((value) => value ?? undefined);

/** For `network_mode: host`, where ports: would be without effect. */
export const listens = z
  .array(
    mapping({
      port: z.int().min(1).max(65535),
      protocol: z.enum(["tcp", "udp"]).default("tcp"),
      audience: audiences,
    }),
  )
  .readonly();

/** How the program treats a service, beyond what Compose can say. */
const homelab = mapping({
  updates: z.enum(["pinned", "automatic"]).default("pinned"),
  audience: audiences.optional(),
  listens: listens.optional(),
  /** The names by which Traefik leads to it. */
  route: routes.default([]),
  tile: tile.optional(),
  platforms: z.array(grammar.platform).readonly().optional(),
  "privileged-reason": text.optional(),
  "socket-reason": text.optional(),
  "mount-reason": text.optional(),
  /** It does its work and ends. */
  "one-shot": flag.default(false),
  /** The former version can read the data that a newer one has written. */
  rollback: flag.optional(),
  /** Whether homelab:backups stops it for the seconds that a copy takes. @default stop */
  backup: z.enum(["stop", "running"]).optional(),
  /** Why homelab:backups is to leave out what it keeps. */
  "no-backup": reason.optional(),
}).refine(
  (it) => it.backup === undefined || it["no-backup"] === undefined,
  complaint("conflicting-keys", "backup: and no-backup: exclude each other", { prose: "remove one of the two" }),
);

export const service = mapping(
  {
    image: text,
    container_name: form(name, "is not a container name", {
      prose: "use 2 to 64 letters, digits and . _ - with a letter or a digit first",
    })
      .refine(
        (it) => !it.endsWith(FORMER_SUFFIX),
        complaint(
          "reserved-name",
          `ends in ${FORMER_SUFFIX}, which is reserved for containers that are being replaced`,
          { prose: "choose another name" },
        ),
      )
      .optional(),
    hostname: grammar.hostName.optional(),
    domainname: grammar.hostName.optional(),
    command: orNothing(command),
    entrypoint: orNothing(command),
    working_dir: grammar.containerPath.optional(),
    user: quoted(grammar.account).optional(),
    group_add: z.array(numbered(grammar.group)).readonly().default([]),
    environment: environment.superRefine(grammar.variableNames).default({}),
    labels: labels.superRefine(grammar.ownersLabels).default({}),
    ports: ports
      .default([])
      .transform((list) => list.flatMap((some, at) => some.map((port): PlacedPort => ({ ...port, at }))))
      .transform(withoutTwins),
    volumes: volumes.default([]),
    tmpfs: oneOrMore(grammar.tmpfsMount).default([]),
    networks: networks.optional(),
    network_mode: networkMode.optional(),
    depends_on: dependsOn.default({}),
    healthcheck: healthcheck.optional(),
    restart: form(RESTART, "must be no, always, unless-stopped or on-failure[:N]").default("no"),
    init: flag.optional(),
    stop_signal: quoted(grammar.signal).optional(),
    stop_grace_period: duration.optional(),
    read_only: flag.default(false),
    privileged: flag.default(false),
    cap_add: capabilities.default([]),
    cap_drop: capabilities.default([]),
    security_opt: z.array(grammar.securityOption).readonly().default([]),
    devices: z.array(device).readonly().default([]),
    device_cgroup_rules: z.array(grammar.cgroupRule).readonly().default([]),
    pid: z.literal("host").optional(),
    ipc: z.literal("host").optional(),
    userns_mode: z.literal("host").optional(),
    cgroup_parent: grammar.cgroupParent.optional(),
    runtime: grammar.plugin.optional(),
    gpus: gpus.optional(),
    sysctls: pairs.superRefine(grammar.kernelNames).default({}),
    ulimits: named(form(/^[a-z]+$/, "is not the name of a limit"), ulimit).default({}),
    shm_size: bytes.optional(),
    mem_limit: bytes.optional(),
    mem_reservation: bytes.optional(),
    memswap_limit: bytesOrUnlimited.optional(),
    cpus: share.optional(),
    cpu_shares: whole.optional(),
    cpuset: grammar.cpus.optional(),
    pids_limit: whole.optional(),
    deploy: orNothing(mapping({ resources: resources.optional() }, REFUSED.deploy)),
    dns: oneOrMore(ipAddress).default([]),
    dns_search: oneOrMore(grammar.searchDomain).default([]),
    dns_opt: z.array(grammar.resolverOption).readonly().default([]),
    extra_hosts: extraHosts.default([]),
    logging: mapping({
      driver: grammar.plugin.default("json-file"),
      options: options.default({}),
    }).optional(),
    stdin_open: flag.default(false),
    tty: flag.default(false),
    platform: grammar.platform.optional(),
    profiles: z.array(grammar.profile).readonly().default([]),
    configs: z.array(delivery("/")).readonly().default([]),
    secrets: z.array(delivery("/run/secrets/")).readonly().default([]),
    "x-homelab": homelab.default({ updates: "pinned", route: [], "one-shot": false }),
  },
  REFUSED.service,
);
export type ComposeService = z.infer<typeof service>;
