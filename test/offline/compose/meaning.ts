import { posix } from "node:path";
import type { ComposeService } from "../../../model/compose/service.js";
import { cpuLimit, memoryLimit, memoryReservation, pidsLimit } from "../../../model/services/limits.js";
import { gpusOf } from "../../../model/services/gpus.js";
import { fillIn } from "../../../model/text.js";
import type { HostModel, ServiceModel } from "../../../model/types.js";
import { PROJECT } from "./oracle.js";
import type { JsonMap, Project } from "./oracle.js";

// What a Compose file means, in one form for both readings: Compose's own canonical project, and our model. What is not said
// and what is said to be as it is anyway are the same.

export type Meaning = Readonly<Record<string, unknown>>;

/** What Compose's project says of each service. */
export const theirMeaning = (project: Project): Record<string, Meaning> =>
  Object.fromEntries(Object.entries(project.services).map(([key, it]) => [key, theirService(it, project)]));

/** What our model says of each service of a host. */
export const ourMeaning = (host: HostModel, environment: Readonly<Record<string, string>>): Record<string, Meaning> =>
  Object.fromEntries(host.services.map((it) => [it.key, ourService(it, environment)]));

/** Compose's keys whose values are compared as they are. */
const PLAIN = [
  "image",
  "container_name",
  "hostname",
  "domainname",
  "command",
  "entrypoint",
  "working_dir",
  "user",
  "group_add",
  "labels",
  "network_mode",
  "restart",
  "init",
  "stop_signal",
  "read_only",
  "privileged",
  "security_opt",
  "device_cgroup_rules",
  "pid",
  "ipc",
  "userns_mode",
  "cgroup_parent",
  "runtime",
  "sysctls",
  "cpuset",
  "cpu_shares",
  "dns",
  "dns_search",
  "dns_opt",
  "logging",
  "stdin_open",
  "tty",
  "platform",
  "tmpfs",
] as const;
/** Keys that are compared in another form, or that say nothing of the container. */
const OTHER =
  /^(x-.*|environment|ports|volumes|networks|depends_on|healthcheck|stop_grace_period|cap_add|cap_drop|devices|ulimits|(shm_size|mem_limit|mem_reservation|memswap_limit|cpus|pids_limit|deploy|gpus|extra_hosts|configs|secrets|profiles))$/;

function theirService(it: JsonMap, project: Project): Meaning {
  const strange = Object.keys(it).filter((key) => !PLAIN.some((plain) => plain === key) && !OTHER.test(key));
  const at = (path: string): unknown => valueAt(it, path.split("."));
  const policy = at("deploy.restart_policy") as { condition?: string; max_attempts?: number } | undefined;
  return said({
    ...Object.fromEntries(PLAIN.map((key) => [key, it[key]])),
    ...Object.fromEntries(strange.map((key) => [key, it[key]])),
    working_dir: path(it["working_dir"]),
    ...(policy !== undefined && { restart: restartOf(policy) }),
    environment: it["environment"],
    ports: list(it["ports"]).map(theirPort),
    volumes: list(it["volumes"]).map((volume) => theirVolume(volume, project)),
    networks: theirNetworks(it, project),
    depends_on: it["depends_on"],
    healthcheck: theirCheck(it["healthcheck"]),
    stop_grace_period: seconds(it["stop_grace_period"]),
    cap_add: capabilities(it["cap_add"]),
    cap_drop: capabilities(it["cap_drop"]),
    devices: it["devices"],
    ulimits: theirLimits(it["ulimits"]),
    extra_hosts: it["extra_hosts"],
    shm_size: bytes(it["shm_size"]),
    memory: bytes(it["mem_limit"] ?? at("deploy.resources.limits.memory")),
    reservation: bytes(it["mem_reservation"] ?? at("deploy.resources.reservations.memory")),
    memswap_limit: bytes(it["memswap_limit"]),
    gpus: theirGpus([...list(it["gpus"]), ...list(at("deploy.resources.reservations.devices"))]),
    cpus: it["cpus"] ?? at("deploy.resources.limits.cpus"),
    pids: it["pids_limit"] ?? at("deploy.resources.limits.pids"),
    configs: list(it["configs"]).map((one) => delivery(one, "/")),
    secrets: list(it["secrets"]).map((one) => delivery(one, "/run/secrets/")),
  });
}

function ourService(service: ServiceModel, environment: Readonly<Record<string, string>>): Meaning {
  const it = service.definition;
  return said({
    ...Object.fromEntries(PLAIN.map((key) => [key, it[key as keyof ComposeService]])),
    logging: it.logging && said({ ...it.logging }),
    environment: mapValues(it.environment, (text) => fillIn(text, (name) => environment[name] ?? `no ${name}`)),
    ports: service.ports.map(({ target, published, protocol, hostIp }) =>
      said({ target, published: published?.toString(), protocol, host_ip: hostIp }),
    ),
    volumes: service.volumes.map(ourVolume),
    networks: Object.fromEntries(
      service.networks.map(({ name, aliases, ipv4Address }) => [
        name,
        said({ aliases: aliases.filter((alias) => alias !== service.key), ipv4_address: ipv4Address }),
      ]),
    ),
    depends_on: { ...it.depends_on, ...carrierOf(service) },
    healthcheck: it.healthcheck && said({ ...it.healthcheck, disable: it.healthcheck.disable || undefined }),
    stop_grace_period: it.stop_grace_period,
    cap_add: capabilities(it.cap_add),
    cap_drop: capabilities(it.cap_drop),
    devices: it.devices.map(({ hostPath: source, containerPath: target, permissions }) => ({
      source,
      target,
      permissions,
    })),
    ulimits: it.ulimits,
    extra_hosts: it.extra_hosts.map(({ host, ip }) => `${host}=${ip}`),
    shm_size: it.shm_size,
    memory: memoryLimit(it),
    reservation: memoryReservation(it),
    memswap_limit: it.memswap_limit,
    gpus: gpusOf(it),
    cpus: cpuLimit(it),
    pids: pidsLimit(it),
    configs: it.configs.map((one) => said({ ...one })),
    secrets: it.secrets.map((one) => said({ ...one })),
  });
}

/** Compose starts a service after the one whose network it shares, and again with it. */
const carrierOf = ({ networkOf }: ServiceModel): object =>
  networkOf === undefined ? {} : { [networkOf]: { condition: "service_started", required: true, restart: true } };

/** Nothing, false, and what is empty mean the same as a key that is not there; so do values that are the default. */
function said(map: Meaning): Meaning {
  return Object.fromEntries(
    Object.entries(map).filter(([key, value]) => {
      const empty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
      const none = value === undefined || value === null || value === false;
      return !none && value !== "" && !(empty && key !== "entrypoint") && !(key === "restart" && value === "no");
    }),
  );
}

/** In the form that Docker keeps: no slash twice, and none at the end. A project has its directory elsewhere on a host. */
const path = (value: unknown): unknown =>
  typeof value === "string"
    ? posix
        .normalize(value)
        .replace(/(.)\/$/, "$1")
        .replace(/^\/project(?=\/|$)/, `/var/lib/homelab-data/${PROJECT}`)
    : value;
const list = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value) ?? undefined;
const mapValues = <In, Out>(map: Readonly<Record<string, In>>, of: (value: In) => Out): Record<string, Out> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, of(value)]));
/** Without what tells programs that read Compose files, and not Docker. */
const without = (map: Meaning, ...keys: readonly string[]): Meaning =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
const withoutDefaults = (map: Meaning, defaults: Meaning): Meaning =>
  said(Object.fromEntries(Object.entries(map).filter(([key, value]) => !/^x-/.test(key) && defaults[key] !== value)));

/** As Docker Compose 2.40 maps it: pkg/compose/create.go, getRestartPolicy. */
function restartOf({
  condition = "any",
  max_attempts: attempts,
}: {
  condition?: string;
  max_attempts?: number;
}): string {
  const names: Readonly<Record<string, string>> = { any: "always", none: "no" };
  return `${names[condition] ?? condition}${attempts === undefined ? "" : `:${attempts}`}`;
}

/** One port of the host as a range is one port; and to Docker, protocols have small letters. */
const theirPort = (port: Meaning): Meaning =>
  withoutDefaults(
    {
      ...without(port, "name", "app_protocol"),
      published:
        port["published"] === "0" ? "" : (port["published"] as string | undefined)?.replace(/^(\d+)-\1$/, "$1"),
      protocol: (port["protocol"] as string).toLowerCase(),
    },
    { mode: "ingress" },
  );

function theirVolume(volume: Meaning, project: Project): Meaning {
  const { type, source, target, read_only } = volume;
  const bind = volume["bind"] as { create_host_path?: boolean; propagation?: string } | undefined;
  const tmpfs = volume["tmpfs"] as { size?: string; mode?: number } | undefined;
  const named = (project["volumes"] as Record<string, { name?: string } | undefined> | undefined)?.[String(source)];
  return said({
    type,
    source: type === "volume" ? (named?.name ?? source) : path(source),
    target: path(target),
    read_only,
    create: type === "bind" ? bind?.create_host_path !== false : undefined,
    propagation: bind?.propagation,
    size: bytes(tmpfs?.size),
    mode: tmpfs?.mode,
  });
}

function ourVolume(volume: ServiceModel["volumes"][number]): Meaning {
  const { type, target } = volume;
  switch (volume.type) {
    case "volume":
      return said({ type, target, source: volume.source, read_only: volume.readOnly });
    case "bind":
      return said({
        type,
        target,
        source: volume.source,
        read_only: volume.readOnly,
        create: volume.createHostPath,
        propagation: volume.propagation,
      });
    case "tmpfs":
      return said({ type, target, size: volume.size, mode: volume.mode });
  }
}

function theirNetworks(it: JsonMap, project: Project): Meaning {
  const names = project["networks"] as Record<string, { name: string } | undefined> | undefined;
  return Object.fromEntries(
    Object.entries((it["networks"] ?? {}) as Record<string, Meaning | null>).map(([key, attachment]) => [
      names?.[key]?.name ?? key,
      said(attachment ?? {}),
    ]),
  );
}

function theirCheck(check: unknown): Meaning | undefined {
  if (typeof check !== "object" || check === null) {
    return undefined;
  }
  const times = ["interval", "timeout", "start_period", "start_interval"];
  return said(
    Object.fromEntries(
      Object.entries(check).map(([key, value]) => [key, times.includes(key) ? seconds(value) : (value as unknown)]),
    ),
  );
}

const theirLimits = (limits: unknown): Meaning =>
  mapValues((limits ?? {}) as Record<string, unknown>, (it) => (typeof it === "number" ? { soft: it, hard: it } : it));

const capabilities = (names: unknown): string[] =>
  (Array.isArray(names) ? (names as string[]) : []).map((name) => name.replace(/^CAP_/, "")).sort();

function delivery(one: Meaning, folder: string): Meaning {
  const target = String(one["target"] ?? one["source"]);
  return said({
    source: one["source"],
    target: target.startsWith("/") ? target : `${folder}${target}`,
    mode: one["mode"] === undefined ? undefined : parseInt(one["mode"] as string, 8),
  });
}

const bytes = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));

/** As Docker reads requests for GPUs: without a number all of them, with one the first. Others than NVIDIA's stay as they are. */
function theirGpus(requests: readonly Meaning[]): unknown {
  const [request, more] = requests;
  const { capabilities: of, count, device_ids: ids, driver = "nvidia", ...rest } = request ?? {};
  const isPlain = JSON.stringify(of ?? ["gpu"]) === '["gpu"]' && driver === "nvidia" && Object.keys(rest).length === 0;
  if (request === undefined || more !== undefined || !isPlain) {
    return requests;
  }
  const number = Number(count ?? -1);
  const devices = Array.isArray(ids) ? ids : Array.from({ length: Math.max(number, 0) }, (_, i) => String(i));
  return devices.length === 0 ? "all" : `device=${devices.join(",")}`;
}

/** Go's way to write a duration, such as 1m30s or 1.5s. */
function seconds(value: unknown): number | undefined {
  if (typeof value !== "string") {
    return undefined;
  }
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, µs: 1e-6, us: 1e-6, ns: 1e-9 };
  const parts = [...value.matchAll(/([\d.]+)(h|ms|m|s|µs|us|ns)/g)];
  return parts.reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (units[unit] ?? NaN), 0);
}
