import { z } from "zod";
import { audiences } from "../audience.js";
import { ports } from "./ports.js";
import { volumes } from "./volumes.js";
import { bytes, command, device, duration, environment, extraHosts, labels, texts, ulimit } from "./values.js";
import { complaint, form } from "../yaml/complaint.js";
import { mapping, named } from "../yaml/schema.js";

// The part of the Compose file format that this program takes for a service (https://compose-spec.io), read strictly:
// docs/compose.md lists what is supported and what is refused, with the reasons.

const text = z.string();
const name = /^[a-z0-9][a-z0-9._-]*$/;

const healthcheck = mapping({
  test: z
    .union([
      text.transform((line): readonly string[] => ["CMD-SHELL", line]),
      z.tuple([z.enum(["CMD", "CMD-SHELL", "NONE"])], text).readonly(),
    ])
    .optional(),
  interval: duration.optional(),
  timeout: duration.optional(),
  start_period: duration.optional(),
  start_interval: duration.optional(),
  retries: z.int().positive().optional(),
  disable: z.boolean().default(false),
}).refine(
  ({ test, disable }) => test !== undefined || disable,
  complaint("healthcheck-without-test", "has no test", {
    prose: "write test:, or disable: true; times alone would be those of the image's own check",
  }),
);

const CONDITIONS = ["service_started", "service_healthy"] as const;
type Condition = (typeof CONDITIONS)[number];
const dependency = mapping(
  {
    condition: z.enum(CONDITIONS).default("service_started"),
    required: z.boolean().default(true),
  },
  { restart: "a service is restarted only when its own definition changes" },
);
const dependsOn = z.union([
  z
    .array(text)
    .transform((list): Record<string, { condition: Condition; required: boolean }> =>
      Object.fromEntries(list.map((it) => [it, { condition: "service_started", required: true }])),
    ),
  z.record(text, dependency),
]);

const attachment = mapping({
  aliases: z.array(text).readonly().default([]),
  ipv4_address: z.ipv4().optional(),
});
const networks = z.union([
  z.array(text).transform((list) => Object.fromEntries(list.map((it) => [it, null]))),
  z.record(text, z.union([attachment, z.null()])),
]);

const MODES = ["host", "none", "bridge"] as const;
const networkMode = z.custom<(typeof MODES)[number]>(
  (value) => MODES.some((it) => it === value),
  complaint("unknown-value", "must be host, none or bridge", { prose: "give both services a network in common" }),
);

const mode = z
  .union([z.int(), form(/^0?[0-7]{3}$/, "is not a file mode", { prose: 'write "0440"' })])
  .transform((value) => (typeof value === "number" ? value : parseInt(value, 8)));
// The path becomes part of a command on the host, so it holds nothing that a shell would read.
const deliveredTo = form(/^\/?(?!\.\.?(\/|$))[A-Za-z0-9_.-]+(\/(?!\.\.?(\/|$))[A-Za-z0-9_.-]+)*$/, "is not a path", {
  prose: "use letters, digits and _ . / -",
});
/** A file of the top-level configs: or secrets:, mounted into the container. */
const delivery = (folder: string): z.ZodType<ComposeDelivery> =>
  z.union([
    deliveredTo.transform((source): ComposeDelivery => ({ source, target: `${folder}${source}`, mode: undefined })),
    mapping(
      { source: deliveredTo, target: deliveredTo.optional(), mode: mode.optional() },
      {
        uid: "the file belongs to the account that deploys, as with Compose outside Swarm",
        gid: "the file belongs to the account that deploys, as with Compose outside Swarm",
      },
    ).transform(({ source, target = source, ...rest }): ComposeDelivery => ({
      source,
      target: target.startsWith("/") ? target : `${folder}${target}`,
      mode: rest.mode,
    })),
  ]);

/** Which file of the top-level configs: or secrets: stands where in the container. */
export interface ComposeDelivery {
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  /** Permissions; undefined means 0444, readable by all in the container. */
  readonly mode: number | undefined;
}

/** As Docker keeps them, with their prefix and in order: what is read back is what was declared. */
const capabilities = z
  .array(text.transform((it) => (it === "ALL" || it.startsWith("CAP_") ? it : `CAP_${it}`)))
  .transform((list): readonly string[] => list.sort());

const RESTART = /^(no|always|unless-stopped|on-failure(:\d+)?)$/;

const resources = mapping({
  limits: mapping({
    cpus: z.coerce.number().positive().optional(),
    memory: bytes.optional(),
    pids: z.int().optional(),
  }).optional(),
  reservations: mapping({ memory: bytes.optional() }).optional(),
});

/** How the program treats a service, beyond what Compose can say. */
const homelab = mapping({
  updates: z.enum(["pinned", "automatic"]).default("pinned"),
  audience: audiences.optional(),
  /** For `network_mode: host`, where ports: would be without effect. */
  listens: z
    .array(
      mapping({
        port: z.int().min(1).max(65535),
        protocol: z.enum(["tcp", "udp"]).default("tcp"),
        audience: audiences,
      }),
    )
    .readonly()
    .default([]),
  platforms: z
    .array(form(/^linux\//, "is not a platform", { prose: "write linux/arm64" }))
    .readonly()
    .optional(),
  "privileged-reason": text.optional(),
  "socket-reason": text.optional(),
});

/** Keys that Compose has and this program does not take: why, and what to write instead. */
export const REFUSED = {
  build: "images are built by CI, not on the hosts; push the image to a registry and name it in image:",
  env_file: "write the values under environment:, with ${NAME} for what comes from the stack's configuration",
  expose: "containers of one network reach each other on every port; remove it",
  extends: "use a YAML anchor and a merge key (<<:) in this file",
  links: "services of one network find each other by name; remove it",
  external_links: "put both services into one network",
  scale: "one service is one container; write a second service",
  pull_policy: "an image is pulled when its reference changes",
  develop: "it is for work on the sources of an image",
  volumes_from: "name the volume in both services",
  mac_address: "nothing in a homelab should depend on it",
  ipc: "use shm_size: for more shared memory",
  oom_kill_disable: "set mem_limit: high enough",
  oom_score_adj: "set mem_limit: for the others",
};

export const service = mapping(
  {
    image: text,
    container_name: form(name, "is not a container name", { prose: "use small letters, digits and . _ -" }).optional(),
    hostname: text.optional(),
    domainname: text.optional(),
    command: command.optional(),
    entrypoint: command.optional(),
    working_dir: text.optional(),
    user: z.coerce.string().optional(),
    group_add: z.array(z.coerce.string()).readonly().default([]),
    environment: environment.default({}),
    labels: labels.default({}),
    ports: ports.default([]).transform((list) => list.flat()),
    volumes: volumes.default([]),
    tmpfs: texts.default([]),
    networks: networks.optional(),
    network_mode: networkMode.optional(),
    depends_on: dependsOn.default({}),
    healthcheck: healthcheck.optional(),
    restart: form(RESTART, "must be no, always, unless-stopped or on-failure[:N]").default("no"),
    init: z.boolean().optional(),
    stop_signal: text.optional(),
    stop_grace_period: duration.optional(),
    read_only: z.boolean().default(false),
    privileged: z.boolean().default(false),
    cap_add: capabilities.default([]),
    cap_drop: capabilities.default([]),
    security_opt: z.array(text).readonly().default([]),
    devices: z.array(device).readonly().default([]),
    device_cgroup_rules: z.array(text).readonly().default([]),
    pid: z.literal("host").optional(),
    userns_mode: z.literal("host").optional(),
    cgroup_parent: text.optional(),
    runtime: text.optional(),
    sysctls: labels.default({}),
    ulimits: named(form(/^[a-z]+$/, "is not the name of a limit"), ulimit).default({}),
    shm_size: bytes.optional(),
    mem_limit: bytes.optional(),
    mem_reservation: bytes.optional(),
    memswap_limit: bytes.optional(),
    cpus: z.coerce.number().positive().optional(),
    cpu_shares: z.int().optional(),
    cpuset: text.optional(),
    pids_limit: z.int().optional(),
    deploy: mapping(
      { resources: resources.optional() },
      {
        replicas: "one service is one container; write a second service",
        restart_policy: "write restart: in the service",
      },
    ).optional(),
    dns: texts.default([]),
    dns_search: texts.default([]),
    dns_opt: z.array(text).readonly().default([]),
    extra_hosts: extraHosts.default([]),
    logging: mapping({
      driver: text.default("json-file"),
      options: z.record(text, z.coerce.string()).readonly().default({}),
    }).optional(),
    stdin_open: z.boolean().default(false),
    tty: z.boolean().default(false),
    platform: text.optional(),
    profiles: z.array(text).readonly().default([]),
    configs: z.array(delivery("/")).readonly().default([]),
    secrets: z.array(delivery("/run/secrets/")).readonly().default([]),
    "x-homelab": homelab.default({ updates: "pinned", listens: [] }),
  },
  REFUSED,
);
export type ComposeService = z.infer<typeof service>;
