import { Document } from "yaml";
import { z } from "zod";
import { runOn } from "../../hosts/ssh.js";
import type { SshHost } from "../../hosts/ssh.js";
import { SERVICE_LABEL } from "../../model/labels.js";
import { UserError } from "../lib/command.js";
import { quoteForOthers } from "../lib/quote-for-others.js";

// The Compose file of a container that runs already and never had one. What the image says by itself is left out: it stays so
// without being said, and changes with the next version of the image.

const SSH_SECONDS = 30;

const strings = z
  .array(z.string())
  .nullish()
  .transform((it) => it ?? []);
const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((it) => it ?? {});
const healthcheck = z.looseObject({
  Test: strings,
  Interval: z.number().optional(),
  Timeout: z.number().optional(),
  StartPeriod: z.number().optional(),
  Retries: z.number().optional(),
});
/** What a container and its image have in common. */
const settings = z.looseObject({
  Cmd: strings,
  Entrypoint: strings,
  Env: strings,
  Labels: texts,
  User: z.string().default(""),
  WorkingDir: z.string().default(""),
  StopSignal: z.string().default(""),
  Healthcheck: healthcheck.optional(),
});
const binding = z.object({ HostIp: z.string().default(""), HostPort: z.string().default("") });

/** A container as `docker inspect` has it (https://docs.docker.com/reference/api/engine/, ContainerInspectResponse). */
const container = z.object({
  Id: z.string(),
  Name: z.string(),
  Config: settings.extend({ Image: z.string(), Hostname: z.string().default(""), StopTimeout: z.number().nullish() }),
  HostConfig: z.looseObject({
    NetworkMode: z.string().default("default"),
    PortBindings: z.record(z.string(), z.array(binding).nullable()).nullish(),
    RestartPolicy: z.object({ Name: z.string(), MaximumRetryCount: z.number() }),
    Privileged: z.boolean().default(false),
    ReadonlyRootfs: z.boolean().default(false),
    Init: z.boolean().nullish(),
    PidMode: z.string().default(""),
    CapAdd: strings,
    CapDrop: strings,
    SecurityOpt: strings,
    GroupAdd: strings,
    ExtraHosts: strings,
    Dns: strings,
    Sysctls: texts,
    Tmpfs: texts,
    Devices: z
      .array(z.object({ PathOnHost: z.string(), PathInContainer: z.string(), CgroupPermissions: z.string() }))
      .nullish(),
    Memory: z.number().default(0),
    NanoCpus: z.number().default(0),
    ShmSize: z.number().default(0),
  }),
  Mounts: z.array(
    z.object({
      Type: z.string(),
      Name: z.string().optional(),
      Source: z.string().default(""),
      Destination: z.string(),
      RW: z.boolean(),
    }),
  ),
});
const image = z.object({ Config: settings.nullish() });

/** Docker's own, in bytes. */
const SHM_SIZE = 64 * 1024 * 1024;
const NANO = 1e9;

/**
 * Asks a host for a container, and writes its Compose file.
 *
 * @throws UserError if there is none of that name, the host cannot be asked, or the container is this program's own
 */
export async function composeFromHost(host: SshHost, name: string): Promise<string> {
  const [found] = z
    .tuple([container])
    .parse(JSON.parse(await ask(host, ["docker", "inspect", "--type", "container", name])));
  if (found.Config.Labels[SERVICE_LABEL] !== undefined) {
    throw new UserError(`The container ${name} on ${host.name} belongs to this program already`);
  }
  const [its] = z.tuple([image]).parse(JSON.parse(await ask(host, ["docker", "image", "inspect", found.Config.Image])));
  return composeOf(found, its);
}

async function ask(host: SshHost, command: readonly string[]): Promise<string> {
  const { ok, stdout, stderr } = await runOn(host, command, SSH_SECONDS);
  if (!ok) {
    throw new UserError(`${host.name}: ${command.join(" ")}: ${stderr.trim() || "no answer"}`);
  }
  return stdout;
}

/** The Compose file of a container, by what differs from its image. */
export function composeOf(it: z.input<typeof container>, its: z.input<typeof image>): string {
  const { Name, Id, Config, HostConfig, Mounts } = container.parse(it);
  const from = image.parse(its).Config ?? settings.parse({});
  const name = Name.replace(/^\//, "");
  const volumes = Mounts.flatMap(({ Type, Name: volume }) => (Type === "volume" && volume ? [volume] : []));
  const service = withoutEmpty({
    image: Config.Image,
    container_name: name,
    ...configOf(Config, from, Id),
    ...hostConfigOf(HostConfig),
    volumes: Mounts.filter(({ Type }) => Type !== "tmpfs").map((mount) => mountOf(mount)),
  });
  const declared = Object.fromEntries(volumes.map((volume) => [volume, { external: true, name: volume }]));
  const document = new Document({ services: { [name]: service }, ...withoutEmpty({ volumes: declared }) });
  quoteForOthers(document);
  return document.toString({ lineWidth: 0 });
}

type Settings = z.output<typeof settings>;

function configOf(own: z.output<typeof container>["Config"], from: Settings, id: string): object {
  const differs = <Key extends keyof Settings>(key: Key): Settings[Key] | undefined =>
    same(own[key], from[key]) ? undefined : own[key];
  const environment = own.Env.filter((line) => !from.Env.includes(line));
  const labels = Object.entries(own.Labels).filter(
    ([key, value]) => from.Labels[key] !== value && !key.startsWith("com.docker.compose."),
  );
  const check = differs("Healthcheck");
  return {
    hostname: id.startsWith(own.Hostname) ? undefined : own.Hostname,
    entrypoint: differs("Entrypoint"),
    // Where the entrypoint is another one, the image's command is not taken.
    command: differs("Entrypoint") === undefined ? differs("Cmd") : own.Cmd,
    user: differs("User"),
    working_dir: differs("WorkingDir"),
    environment: Object.fromEntries(
      environment.map((line) => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]),
    ),
    labels: Object.fromEntries(labels),
    stop_signal: differs("StopSignal"),
    stop_grace_period: own.StopTimeout ? `${own.StopTimeout}s` : undefined,
    healthcheck: check && checkOf(check),
  };
}

const checkOf = ({ Test, Interval, Timeout, StartPeriod, Retries }: z.output<typeof healthcheck>): object =>
  Test[0] === "NONE"
    ? { disable: true }
    : withoutEmpty({
        test: Test,
        interval: secondsOf(Interval),
        timeout: secondsOf(Timeout),
        start_period: secondsOf(StartPeriod),
        retries: Retries,
      });
const secondsOf = (nanoseconds = 0): string | undefined =>
  nanoseconds === 0 ? undefined : `${Math.ceil(nanoseconds / NANO)}s`;

function hostConfigOf(its: z.output<typeof container>["HostConfig"]): object {
  const { RestartPolicy: restart, NetworkMode: network } = its;
  const devices = (its.Devices ?? []).map(
    ({ PathOnHost, PathInContainer, CgroupPermissions }) => `${PathOnHost}:${PathInContainer}:${CgroupPermissions}`,
  );
  return {
    // A bridge is Compose's default, and a network of its own replaces one that was made by hand.
    network_mode: /^(host|none|container:.*)$/.test(network) ? network : undefined,
    ports: portsOf(its.PortBindings ?? {}),
    restart:
      restart.Name === "on-failure" && restart.MaximumRetryCount > 0
        ? `on-failure:${restart.MaximumRetryCount}`
        : restart.Name === "no"
          ? undefined
          : restart.Name,
    privileged: its.Privileged || undefined,
    read_only: its.ReadonlyRootfs || undefined,
    init: its.Init ?? undefined,
    pid: its.PidMode,
    cap_add: its.CapAdd,
    cap_drop: its.CapDrop,
    security_opt: its.SecurityOpt,
    group_add: its.GroupAdd,
    extra_hosts: its.ExtraHosts,
    dns: its.Dns,
    sysctls: its.Sysctls,
    tmpfs: Object.entries(its.Tmpfs).map(([path, options]) => (options === "" ? path : `${path}:${options}`)),
    devices,
    mem_limit: its.Memory || undefined,
    cpus: its.NanoCpus === 0 ? undefined : its.NanoCpus / NANO,
    shm_size: its.ShmSize === 0 || its.ShmSize === SHM_SIZE ? undefined : its.ShmSize,
  };
}

/** In Compose's short form. Docker lists an IPv4 and an IPv6 address for what is published to all. */
const portsOf = (bindings: Readonly<Record<string, readonly z.output<typeof binding>[] | null>>): string[] => [
  ...new Set(
    Object.entries(bindings).flatMap(([target, places]) =>
      (places ?? []).map(({ HostIp, HostPort }) => {
        const everywhere = ["", "0.0.0.0", "::"].includes(HostIp);
        const address = everywhere ? "" : `${HostIp.includes(":") ? `[${HostIp}]` : HostIp}:`;
        return `${address}${HostPort}:${target.replace(/\/tcp$/, "")}`;
      }),
    ),
  ),
];

function mountOf({ Type, Name, Source, Destination, RW }: z.output<typeof container>["Mounts"][number]): string {
  const source = Type === "volume" ? (Name ?? Source) : Source;
  return `${source}:${Destination}${RW ? "" : ":ro"}`;
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Leaves out what says nothing: undefined, empty strings, lists and mappings. */
const withoutEmpty = (all: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(all).filter(([, it]) => it !== undefined && !['""', "[]", "{}"].includes(JSON.stringify(it))),
  );
