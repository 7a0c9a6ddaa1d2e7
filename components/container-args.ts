import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { hasHealthcheck, healthOf, healthySeconds } from "../model/services/health.js";
import {
  cpuLimit,
  graceSeconds,
  memoryLimit,
  memoryReservation,
  memorySwapLimit,
  pidsLimit,
} from "../model/services/limits.js";
import { gpusOf } from "../model/services/gpus.js";
import { bindAddress } from "../model/services/ports.js";
import { securityOptions } from "../model/services/security.js";
import type { ServiceModel } from "../model/types.js";
import type { ComposeService } from "../model/compose/service.js";
import { LOG_DRIVER } from "../model/settings/docker.js";
import type { Text } from "../model/text.js";
import { FILES_LABEL, GENERATION_LABEL, PIDS_LABEL, SERVICE_LABEL, WATCHTOWER_LABEL } from "../model/labels.js";
import { mountArgs, tmpfsOf } from "./container-mounts.js";
import { defined, some, someKeys } from "./defined.js";
import { goDuration } from "./go-duration.js";
import type { Render } from "./render.js";

/** What the model does not know and a container's arguments need. */
export interface ContainerContext {
  /** Inserts the values of secrets into a string. */
  readonly render: Render;
  /** The host's own log options. */
  readonly logDefaults: Readonly<Record<string, string>>;
  /** The provider's value for the network of that name. */
  readonly network: (name: string) => pulumi.Input<string>;
  /** ID of a container that is created before this one. */
  readonly container: (name: string) => pulumi.Input<string>;
  /** Path on the host of what is mounted at a path of the container. */
  readonly fileOnHost: (path: string) => string;
  /** Value of the first label; a change of it recreates the container. */
  readonly generation: string;
  /** Changes whenever one of the mounted files does; undefined without files. */
  readonly filesDigest: pulumi.Input<string> | undefined;
}

const MIB = 2 ** 20;

/** A service as arguments of the Docker provider's container. */
export function containerArgs(service: ServiceModel, context: ContainerContext): docker.ContainerArgs {
  const it = service.definition;
  const { cap_add, cap_drop } = it;
  const [restart, maxRetryCount] = it.restart.split(":");
  const grace = graceSeconds(it);
  return defined({
    name: service.name,
    image: it.image,
    hostname: it.hostname,
    domainname: it.domainname,
    ...programOf(it, context.render),
    workingDir: it.working_dir,
    user: it.user === "" ? undefined : it.user,
    groupAdds: some(it.group_add),
    envs: some(Object.entries(it.environment).map(([key, value]) => assignment(key, value, context.render))),
    labels: [
      { label: GENERATION_LABEL, value: context.generation },
      ...Object.entries(labelsOf(service, context)).map(([label, value]) => ({ label, value })),
    ],
    ports: some(
      service.ports.map((port) =>
        defined({ internal: port.target, external: port.published, protocol: port.protocol, ip: bindAddress(port) }),
      ),
    ),
    ...mountArgs(service, context),
    tmpfs: tmpfsOf(it),
    networkMode: networkModeOf(service, context),
    networksAdvanced: some(
      service.networks.map(({ name, aliases, ipv4Address }) =>
        defined({ name: context.network(name), aliases: [...aliases], ipv4Address }),
      ),
    ),
    healthcheck: healthcheckOf(it, context.render),
    wait: (hasHealthcheck(it) && !service.oneShot) || undefined,
    waitTimeout: service.oneShot ? undefined : healthySeconds(it),
    mustRun: service.oneShot ? false : undefined,
    restart,
    maxRetryCount: maxRetryCount === undefined ? undefined : Number(maxRetryCount),
    init: it.init,
    stopSignal: it.stop_signal,
    stopTimeout: it.stop_grace_period === undefined ? undefined : grace,
    destroyGraceSeconds: grace,
    readOnly: it.read_only || undefined,
    privileged: it.privileged || undefined,
    capabilities:
      cap_add.length + cap_drop.length === 0 ? undefined : defined({ adds: some(cap_add), drops: some(cap_drop) }),
    securityOpts: some(securityOptions(it)),
    devices: some(it.devices),
    deviceCgroupRules: some(it.device_cgroup_rules),
    pidMode: it.pid,
    ipcMode: it.ipc,
    usernsMode: it.userns_mode,
    cgroupParent: it.cgroup_parent,
    runtime: it.runtime,
    gpus: gpusOf(it),
    sysctls: someKeys(it.sysctls),
    ulimits: some(Object.entries(it.ulimits).map(([name, limit]) => ({ name, ...limit }))),
    shmSize: inMib(it.shm_size),
    memory: inMib(memoryLimit(it)),
    memorySwap: inMib(memorySwapLimit(it)),
    memoryReservation: inMib(memoryReservation(it)),
    cpus: cpuLimit(it)?.toString(),
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

/** Names another container's network by that container's ID, so that replacing it replaces those that share its network. */
function networkModeOf(
  { definition, networks, networkOf }: ServiceModel,
  { container }: ContainerContext,
): pulumi.Input<string> | undefined {
  if (networkOf !== undefined) {
    return pulumi.interpolate`container:${container(networkOf)}`;
  }
  return definition.network_mode ?? (networks.length > 0 ? "bridge" : undefined);
}

/** Adds the defaults that Docker fills in; without them the provider would see a difference on every run. */
function logOptionsOf(
  { logging }: ComposeService,
  defaults: Readonly<Record<string, string>>,
): Record<string, string> | undefined {
  const options = logging && someKeys(logging.options);
  const filledIn = options !== undefined && (logging?.driver ?? LOG_DRIVER) === LOG_DRIVER;
  return filledIn ? { ...defaults, ...options } : options;
}

/** An empty entrypoint makes the command's first word the program. The provider does not accept an empty one. */
function programOf(
  { entrypoint, command = [] }: ComposeService,
  render: Render,
): Pick<docker.ContainerArgs, "entrypoints" | "command"> {
  const given = entrypoint?.length === 0 ? command.slice(0, 1) : (entrypoint ?? []);
  const rest = entrypoint?.length === 0 ? command.slice(1) : command;
  return {
    ...(given.length > 0 && { entrypoints: given.map(render) }),
    ...(rest.length > 0 && { command: rest.map(render) }),
  };
}

function labelsOf(
  service: ServiceModel,
  { filesDigest, render }: ContainerContext,
): Record<string, pulumi.Input<string>> {
  const { key, definition } = service;
  const pids = pidsLimit(definition);
  return {
    ...Object.fromEntries(Object.entries(definition.labels).map(([label, value]) => [label, render(value)])),
    [SERVICE_LABEL]: key,
    [WATCHTOWER_LABEL]: String(definition["x-homelab"].updates === "automatic"),
    ...(pids === undefined ? {} : { [PIDS_LABEL]: String(pids) }),
    ...(filesDigest === undefined ? {} : { [FILES_LABEL]: filesDigest }),
  };
}

function assignment(key: string, value: Text, render: Render): pulumi.Input<string> {
  return typeof value === "string" ? `${key}=${value}` : render(value.after(`${key}=`));
}

function healthcheckOf(
  definition: ComposeService,
  render: Render,
): docker.types.input.ContainerHealthcheck | undefined {
  const health = healthOf(definition);
  return (
    health &&
    defined({
      tests: health.test?.map(render),
      interval: goDuration(health.interval),
      timeout: goDuration(health.timeout),
      startPeriod: goDuration(health.startPeriod),
      startInterval: goDuration(health.startInterval),
      retries: health.retries,
    })
  );
}

const inMib = (bytes: number | undefined): number | undefined =>
  bytes === undefined || bytes < 0 ? bytes : Math.round(bytes / MIB);
