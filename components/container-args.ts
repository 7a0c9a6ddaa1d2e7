import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { graceSeconds } from "../model/services/grace.js";
import { hasHealthcheck } from "../model/services/planner.js";
import type { FileModel, ServiceModel } from "../model/types.js";
import type { ComposeService } from "../model/compose/service.js";
import { LOG_DRIVER } from "../model/settings/docker.js";
import type { ComposeVolume } from "../model/compose/volumes.js";
import type { Text } from "../model/text.js";
import { FILES_LABEL, GENERATION_LABEL, PIDS_LABEL, SERVICE_LABEL, WATCHTOWER_LABEL } from "../model/labels.js";
import type { Render } from "./render.js";

/** What the arguments of a container need from outside the model. */
export interface ContainerContext {
  /** Puts the values of secrets into a text. */
  readonly render: Render;
  /** Options of the host's own for logs. */
  readonly logDefaults: Readonly<Record<string, string>>;
  /** What to hand the provider for a network of that name. */
  readonly network: (name: string) => pulumi.Input<string>;
  /** Where the host keeps a file that is to be mounted. */
  readonly fileOnHost: (file: FileModel) => string;
  /** Value of the label which stands first, and which makes the container anew whenever it changes. */
  readonly generation: string;
  /** Changes whenever one of the mounted files does; undefined without files. */
  readonly filesDigest: pulumi.Input<string> | undefined;
}

const MIB = 2 ** 20;

/** The container that a service is, in the Docker provider's terms. */
export function containerArgs(service: ServiceModel, context: ContainerContext): docker.ContainerArgs {
  const it = service.definition;
  const memory = it.mem_limit ?? it.deploy?.resources?.limits?.memory;
  const [restart, maxRetryCount] = it.restart.split(":");
  const grace = graceSeconds(service);
  return defined({
    name: service.name,
    image: it.image,
    hostname: it.hostname,
    domainname: it.domainname,
    ...programOf(it),
    workingDir: it.working_dir,
    user: it.user,
    groupAdds: some(it.group_add),
    envs: some(Object.entries(it.environment).map(([key, value]) => assignment(key, value, context.render))),
    labels: [
      { label: GENERATION_LABEL, value: context.generation },
      ...Object.entries(labelsOf(service, context)).map(([label, value]) => ({ label, value })),
    ],
    ports: some(
      service.ports.map((port) =>
        defined({ internal: port.target, external: port.published, protocol: port.protocol, ip: publishedOn(port) }),
      ),
    ),
    ...mountArgs(service, context),
    tmpfs: tmpfsOf(it),
    networkMode: it.network_mode ?? (service.networks.length > 0 ? "bridge" : undefined),
    networksAdvanced: some(
      service.networks.map(({ name, aliases, ipv4Address }) =>
        defined({ name: context.network(name), aliases: [...aliases], ipv4Address }),
      ),
    ),
    healthcheck: healthcheckOf(it),
    ...(hasHealthcheck(it) ? { wait: true, waitTimeout: healthySeconds(it) } : {}),
    restart,
    maxRetryCount: maxRetryCount === undefined ? undefined : Number(maxRetryCount),
    init: it.init,
    stopSignal: it.stop_signal,
    stopTimeout: it.stop_grace_period === undefined ? undefined : grace,
    destroyGraceSeconds: grace,
    readOnly: it.read_only || undefined,
    privileged: it.privileged || undefined,
    capabilities: capabilitiesOf(it),
    securityOpts: some(securityOptsOf(it)),
    devices: some(it.devices),
    deviceCgroupRules: some(it.device_cgroup_rules),
    pidMode: it.pid,
    usernsMode: it.userns_mode,
    cgroupParent: it.cgroup_parent,
    runtime: it.runtime,
    sysctls: someKeys(it.sysctls),
    ulimits: some(Object.entries(it.ulimits).map(([name, limit]) => ({ name, ...limit }))),
    shmSize: inMib(it.shm_size),
    memory: inMib(memory),
    // Docker's own default is twice the memory; left out, the provider would see a difference at every refresh.
    memorySwap: it.memswap_limit === undefined ? memory && inMib(2 * memory) : inMib(it.memswap_limit),
    memoryReservation: inMib(it.mem_reservation ?? it.deploy?.resources?.reservations?.memory),
    cpus: (it.cpus ?? it.deploy?.resources?.limits?.cpus)?.toString(),
    cpuShares: it.cpu_shares,
    cpuSet: it.cpuset,
    dns: some(it.dns),
    dnsSearches: some(it.dns_search),
    dnsOpts: some(it.dns_opt),
    hosts: some(it.extra_hosts),
    logDriver: it.logging?.driver,
    logOpts: logOptionsOf(it, context.logDefaults),
    stdinOpen: it.stdin_open || undefined,
    tty: it.tty || undefined,
  });
}

/** With what Docker fills in: left out, the provider would see a difference at every run. */
function logOptionsOf(
  { logging }: ComposeService,
  defaults: Readonly<Record<string, string>>,
): Record<string, string> | undefined {
  const options = logging && someKeys(logging.options);
  const filledIn = options !== undefined && (logging?.driver ?? LOG_DRIVER) === LOG_DRIVER;
  return filledIn ? { ...defaults, ...options } : options;
}

/** The provider takes no empty entrypoint, which is to say that the command's first word is the program. */
function programOf({
  entrypoint,
  command = [],
}: ComposeService): Pick<docker.ContainerArgs, "entrypoints" | "command"> {
  const given = entrypoint?.length === 0 ? command.slice(0, 1) : (entrypoint ?? []);
  const rest = entrypoint?.length === 0 ? command.slice(1) : command;
  return { ...(given.length > 0 && { entrypoints: [...given] }), ...(rest.length > 0 && { command: [...rest] }) };
}

/** How many processes and threads a service may have; undefined for no limit. */
export function pidsLimit({ definition }: ServiceModel): number | undefined {
  return definition.pids_limit ?? definition.deploy?.resources?.limits?.pids;
}

function labelsOf(service: ServiceModel, { filesDigest }: ContainerContext): Record<string, pulumi.Input<string>> {
  const { key, definition } = service;
  const pids = pidsLimit(service);
  return {
    ...definition.labels,
    [SERVICE_LABEL]: key,
    [WATCHTOWER_LABEL]: String(definition["x-homelab"].updates === "automatic"),
    ...(pids === undefined ? {} : { [PIDS_LABEL]: String(pids) }),
    ...(filesDigest === undefined ? {} : { [FILES_LABEL]: filesDigest }),
  };
}

function assignment(key: string, value: Text, render: Render): pulumi.Input<string> {
  return typeof value === "string" ? `${key}=${value}` : render(value.after(`${key}=`));
}

/** A port for the host alone is bound to its loopback interface; any other to the address that the file names. */
function publishedOn({ hostIp, audience }: ServiceModel["ports"][number]): string | undefined {
  return hostIp ?? (audience.every((who) => who === "localhost") ? "127.0.0.1" : undefined);
}

function mountArgs(
  { volumes, files }: ServiceModel,
  { fileOnHost }: ContainerContext,
): Pick<docker.ContainerArgs, "mounts" | "volumes"> {
  return defined({
    mounts: some([
      ...volumes.flatMap((volume) => mount(volume) ?? []),
      ...files.map((file) => ({ type: "bind", source: fileOnHost(file), target: file.path, readOnly: true })),
    ]),
    volumes: some(volumes.flatMap((volume) => lightMount(volume) ?? [])),
  });
}

/** A bind that must not make its source, or a tmpfs: only the API's mounts can say so. */
function mount(volume: ComposeVolume): docker.types.input.ContainerMount | undefined {
  switch (volume.type) {
    case "tmpfs":
      return defined({
        type: "tmpfs",
        target: volume.target,
        tmpfsOptions:
          volume.size === undefined && volume.mode === undefined
            ? undefined
            : defined({ sizeBytes: volume.size, mode: volume.mode }),
      });
    case "bind":
      return volume.createHostPath && volume.propagation === undefined
        ? undefined
        : defined({
            type: "bind",
            source: volume.source,
            target: volume.target,
            readOnly: volume.readOnly || undefined,
            bindOptions: volume.propagation === undefined ? undefined : { propagation: volume.propagation },
          });
    case "volume":
      return undefined;
  }
}

/** A named or anonymous volume, or a bind whose source Docker may make. */
function lightMount(volume: ComposeVolume): docker.types.input.ContainerVolume | undefined {
  if (volume.type === "tmpfs" || mount(volume) !== undefined) {
    return undefined;
  }
  return defined({
    containerPath: volume.target,
    readOnly: volume.readOnly || undefined,
    ...(volume.type === "bind" ? { hostPath: volume.source } : { volumeName: volume.source }),
  });
}

function tmpfsOf({ tmpfs }: ComposeService): Record<string, string> | undefined {
  return someKeys(
    Object.fromEntries(
      tmpfs.map((entry) => {
        const [path = "", ...options] = entry.split(":");
        return [path, options.join(":")];
      }),
    ),
  );
}

/** The provider reads capabilities back with their prefix; without it every refresh would replace the container. */
function capabilitiesOf({ cap_add, cap_drop }: ComposeService): docker.ContainerArgs["capabilities"] {
  const full = (name: string): string => (name === "ALL" || name.startsWith("CAP_") ? name : `CAP_${name}`);
  return cap_add.length + cap_drop.length === 0
    ? undefined
    : defined({ adds: some(cap_add.map(full).sort()), drops: some(cap_drop.map(full).sort()) });
}

/** Docker adds this option itself to a container that shares the host's processes or has all rights. */
function securityOptsOf({ security_opt, pid, privileged }: ComposeService): string[] {
  const shared = pid === "host" || privileged;
  return shared && !security_opt.includes("label=disable") ? [...security_opt, "label=disable"] : [...security_opt];
}

/** What of a health check the file leaves out, in Docker's words: seconds, and the least that counts as a start period. */
const HEALTH_DEFAULTS = { interval: 30, timeout: 30, retries: 3, start_period: 0.001 };

/**
 * Docker takes what is left out, or 0, from the check of the image if that has one. The provider would see a difference
 * each time that it reads this back, so every value is said.
 */
function healthcheckOf({ healthcheck }: ComposeService): docker.types.input.ContainerHealthcheck | undefined {
  if (healthcheck === undefined) {
    return undefined;
  }
  const { interval, timeout, retries, start_period } = { ...HEALTH_DEFAULTS, ...defined(healthcheck) };
  return defined({
    tests: healthcheck.disable ? ["NONE"] : healthcheck.test && [...healthcheck.test],
    interval: goDuration(interval),
    timeout: goDuration(timeout),
    startPeriod: goDuration(Math.max(start_period, HEALTH_DEFAULTS.start_period)),
    startInterval: goDuration(healthcheck.start_interval),
    retries,
  });
}

const MIN_HEALTHY_SECONDS = 20;

/** After how many seconds a container that is not healthy will not become so any more, with some to spare. */
function healthySeconds({ healthcheck }: ComposeService): number {
  const { interval, timeout, retries, start_period } = { ...HEALTH_DEFAULTS, ...defined(healthcheck ?? {}) };
  return Math.max(MIN_HEALTHY_SECONDS, Math.ceil(start_period + retries * (interval + timeout) + interval));
}

/** Seconds as Go writes a duration, which is how the provider reads it back: 1m30s, not 90s. */
export function goDuration(seconds: number | undefined): string | undefined {
  if (seconds === undefined) {
    return undefined;
  }
  if (seconds > 0 && seconds < 1) {
    return `${Math.round(seconds * 1000)}ms`;
  }
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${Number((seconds % 60).toFixed(3))}s`;
  return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${rest}`;
}

const inMib = (bytes: number | undefined): number | undefined =>
  bytes === undefined ? undefined : Math.round(bytes / MIB);

const some = <T>(list: readonly T[]): T[] | undefined => (list.length === 0 ? undefined : [...list]);

const someKeys = <T>(map: Readonly<Record<string, T>>): Record<string, T> | undefined =>
  Object.keys(map).length === 0 ? undefined : { ...map };

/** Without the keys whose value is undefined: what is not said is left to Docker. */
function defined<T extends object>(args: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
