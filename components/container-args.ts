import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { hasHealthcheck } from "../model/project.js";
import type { FileModel, ServiceModel } from "../model/homelab.js";
import type { ComposeService } from "../model/compose-service.js";
import type { ComposeVolume } from "../model/compose-volumes.js";
import type { Text } from "../model/text.js";

/** Puts the values of secrets into a text. */
export type Render = (text: Text) => pulumi.Input<string>;

/** Label of every container that is ours: which service it is. Whatever does not carry it belongs to somebody else. */
export const SERVICE_LABEL = "homelab.service";
/** Label with the limit of processes, which the Docker provider cannot set: see container-hooks.ts. */
export const PIDS_LABEL = "homelab.pids-limit";
const WATCHTOWER_LABEL = "com.centurylinklabs.watchtower.enable";

const MIB = 2 ** 20;
/** Docker's own default, in seconds. */
const STOP_GRACE_SECONDS = 10;

/**
 * The container that a service is, in the Docker provider's terms.
 *
 * @param networkOf what to hand the provider for a network of that name
 */
export function containerArgs(
  service: ServiceModel,
  render: Render,
  networkOf: (name: string) => pulumi.Input<string>,
): docker.ContainerArgs {
  const it = service.definition;
  const memory = it.mem_limit ?? it.deploy?.resources?.limits?.memory;
  const [restart, maxRetryCount] = it.restart.split(":");
  const grace = Math.ceil(it.stop_grace_period ?? STOP_GRACE_SECONDS);
  return defined({
    name: service.name,
    image: it.image,
    hostname: it.hostname,
    domainname: it.domainname,
    command: it.command,
    entrypoints: it.entrypoint,
    workingDir: it.working_dir,
    user: it.user,
    groupAdds: some(it.group_add),
    envs: some(Object.entries(it.environment).map(([key, value]) => assignment(key, value, render))),
    labels: Object.entries(labelsOf(service)).map(([label, value]) => ({ label, value })),
    ports: some(
      service.ports.map((port) =>
        defined({ internal: port.target, external: port.published, protocol: port.protocol, ip: publishedOn(port) }),
      ),
    ),
    ...mountArgs(service),
    tmpfs: tmpfsOf(it),
    uploads: some(service.files.map((file) => upload(file, render))),
    networkMode: it.network_mode ?? (service.networks.length > 0 ? "bridge" : undefined),
    networksAdvanced: some(
      service.networks.map(({ name, aliases, ipv4Address }) =>
        defined({ name: networkOf(name), aliases: [...aliases], ipv4Address }),
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
    securityOpts: some(it.security_opt),
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
    logOpts: it.logging && someKeys(it.logging.options),
    stdinOpen: it.stdin_open || undefined,
    tty: it.tty || undefined,
    platform: it.platform,
  }) as docker.ContainerArgs;
}

function labelsOf({ key, definition }: ServiceModel): Record<string, string> {
  const pids = definition.pids_limit ?? definition.deploy?.resources?.limits?.pids;
  return {
    ...definition.labels,
    [SERVICE_LABEL]: key,
    [WATCHTOWER_LABEL]: String(definition["x-homelab"].updates === "automatic"),
    ...(pids === undefined ? {} : { [PIDS_LABEL]: String(pids) }),
  };
}

function assignment(key: string, value: Text, render: Render): pulumi.Input<string> {
  return typeof value === "string" ? `${key}=${value}` : render(value.after(`${key}=`));
}

/** A port for the host alone is bound to its loopback interface; any other to the address that the file names. */
function publishedOn({ hostIp, audience }: ServiceModel["ports"][number]): string | undefined {
  return hostIp ?? (audience.every((who) => who === "localhost") ? "127.0.0.1" : undefined);
}

function mountArgs({ volumes, files, definition }: ServiceModel): Pick<docker.ContainerArgs, "mounts" | "volumes"> {
  // Docker puts no file into a read-only container, unless the place is on a volume: such files get one of their own.
  const folders = definition.read_only
    ? [...new Set(files.map(({ path }) => path.replace(/\/[^/]*$/, "") || "/"))]
    : [];
  const uncovered = folders.filter(
    (folder) => !volumes.some((it) => it.type === "volume" && covers(it.target, folder)),
  );
  const forFiles = uncovered.filter((folder) => !uncovered.some((other) => other !== folder && covers(other, folder)));
  return defined({
    mounts: some(volumes.flatMap((volume) => mount(volume) ?? [])),
    volumes: some([
      ...volumes.flatMap((volume) => lightMount(volume) ?? []),
      ...forFiles.map((containerPath) => ({ containerPath })),
    ]),
  });
}

const covers = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);

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

function upload(file: FileModel, render: Render): docker.types.input.ContainerUpload {
  return {
    file: file.path,
    content: render(file.content),
    permissions: file.mode.toString(8).padStart(4, "0"),
    owner: file.uid,
    group: file.gid,
  };
}

/** The provider reads capabilities back with their prefix; without it every refresh would replace the container. */
function capabilitiesOf({ cap_add, cap_drop }: ComposeService): docker.ContainerArgs["capabilities"] {
  const full = (name: string): string => (name === "ALL" || name.startsWith("CAP_") ? name : `CAP_${name}`);
  return cap_add.length + cap_drop.length === 0
    ? undefined
    : defined({ adds: some(cap_add.map(full).sort()), drops: some(cap_drop.map(full).sort()) });
}

function healthcheckOf({ healthcheck }: ComposeService): docker.types.input.ContainerHealthcheck | undefined {
  if (healthcheck === undefined) {
    return undefined;
  }
  return defined({
    tests: healthcheck.disable ? ["NONE"] : healthcheck.test && [...healthcheck.test],
    interval: goDuration(healthcheck.interval),
    timeout: goDuration(healthcheck.timeout),
    startPeriod: goDuration(healthcheck.start_period),
    startInterval: goDuration(healthcheck.start_interval),
    retries: healthcheck.retries,
  });
}

/** Docker's defaults of a health check, in seconds. */
const HEALTH_DEFAULTS = { interval: 30, timeout: 30, retries: 3, start_period: 0 };
const MIN_HEALTHY_SECONDS = 60;

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
