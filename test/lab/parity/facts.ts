import { lab } from "../homelab.js";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly State: { readonly StartedAt: string };
  readonly Config: { readonly [key: string]: Json; readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: { readonly [key: string]: Json; readonly Mounts?: readonly Record<string, Json>[] };
  readonly NetworkSettings: {
    readonly [key: string]: Json;
    readonly Networks: Readonly<Record<string, Record<string, Json>>>;
  };
}
/** What a host has of a Compose file. */
export interface Side {
  readonly containers: ReadonlyMap<string, Inspected>;
  /** Everything worth comparing, as text by its place. */
  readonly facts: ReadonlyMap<string, string>;
}

/** What a script on a host prints; it must succeed. */
export async function shell(host: string, script: string, input?: string): Promise<string> {
  const options = { timeoutMs: 100_000, ...(input === undefined ? {} : { input }) };
  const { stdout, stderr, exitCode } = await lab.ssh(host, ["sh", "-c", script], options);
  if (exitCode !== 0) {
    throw new Error(`${host}: ${script}: ${stderr || stdout}`);
  }
  return stdout;
}

async function inspect(host: string, list: string, kind: string): Promise<Json[]> {
  return JSON.parse(await shell(host, `docker ${list} | xargs docker ${kind}inspect`)) as Json[];
}

/**
 * Everything that a host has of the file.
 *
 * @param files paths of files in containers, by the service
 */
export async function look(host: string, files: Readonly<Record<string, readonly string[]>>): Promise<Side> {
  const containers = new Map(
    ((await inspect(host, "ps -aq", "")) as unknown as Inspected[]).map((it) => {
      const { "com.docker.compose.service": compose, "homelab.service": own = "" } = it.Config.Labels;
      return [compose ?? own, it];
    }),
  );
  const facts = new Map<string, string>();
  for (const [name, container] of containers) {
    flatten(name, containerFacts(container, host), facts);
  }
  for (const it of (await inspect(host, "network ls -q --filter type=custom", "network ")) as unknown as Thing[]) {
    flatten(`network ${it.Name}`, networkFacts(it), facts);
  }
  for (const it of (await inspect(host, "volume ls -q --filter name=parity", "volume ")) as unknown as Thing[]) {
    flatten(`volume ${it.Name}`, without(it, /^(CreatedAt|Labels|Mountpoint)$/), facts);
  }
  await Promise.all(
    Object.entries(files).map(async ([name, paths]) => {
      const script = `docker exec parity-${name} sh -c 'for f in ${paths.join(" ")}; do stat -c "%n %a" $f; md5sum <$f; done'`;
      const lines = (await shell(host, script)).trim().split("\n");
      paths.forEach((path, i) => {
        facts.set(`${name} mode of ${path}`, lines[2 * i]?.split(" ")[1] ?? "");
        facts.set(`${name} content of ${path}`, lines[2 * i + 1] ?? "");
      });
    }),
  );
  return { containers, facts };
}

interface Thing {
  readonly [key: string]: Json;
  readonly Name: string;
}

/** Of a container all but what is another each time: ids, times, addresses that Docker chooses. */
function containerFacts({ Id: id, Config, HostConfig, NetworkSettings, ...container }: Inspected, host: string): Json {
  const picked: Json = {
    ...without(container, /^(Created|State|\w+Path|GraphDriver|ExecIDs)$/),
    Config: { ...Config, Labels: without(Config.Labels, /^(com\.docker\.compose|homelab)\./) },
    // A volume or a bind can be said in two ways; what comes of it is under Mounts.
    HostConfig: { ...without(HostConfig, /^Binds$/), Mounts: (HostConfig.Mounts ?? []).filter(isTmpfs) },
    Networks: Object.fromEntries(
      Object.entries(NetworkSettings.Networks).map(([name, it]) => [
        name,
        without(it, /^(NetworkID|EndpointID|MacAddress|Gateway|IPAddress|IPPrefixLen)$/),
      ]),
    ),
    Ports: NetworkSettings["Ports"] ?? null,
  };
  const image = container.Image.slice("sha256:".length);
  const text = JSON.stringify(picked)
    .replaceAll(id.slice(0, 12), "ID")
    .replaceAll(/[0-9a-f]{64}(?=[/"])/g, (hex) => (hex === image ? hex : "ANONYMOUS"))
    .replaceAll(/"HostPort":"(3[2-9]|[456]\d)\d{3}"/g, '"HostPort":"ANY"')
    .replaceAll(`"Hostname":"${host}"`, '"Hostname":"HOST"');
  return JSON.parse(text) as Json;
}

function networkFacts({ IPAM: ipam, ...network }: Thing): Json {
  const declared = network.Name === "parity_front";
  return { ...without(network, /^(Id|Created|Containers|Labels)$/), IPAM: declared ? (ipam ?? null) : null };
}

const isTmpfs = (mount: Record<string, Json>): boolean => mount["Type"] === "tmpfs";

/** Lists in which the order says nothing. */
const SETS = /\.(Env|CapAdd|CapDrop|ExtraHosts|SecurityOpt|Aliases|DNSNames|GroupAdd|DeviceCgroupRules)$/;

/** Every value by its place. What is empty is as if it were not there; things in lists are found by their name. */
function flatten(at: string, value: Json, facts: Map<string, string>): void {
  if (value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0)) {
    return;
  }
  if (typeof value !== "object") {
    facts.set(at, JSON.stringify(value));
  } else if (!isList(value)) {
    Object.entries(value).forEach(([key, inner]) => {
      flatten(`${at}.${key}`, inner, facts);
    });
  } else if (value.every((it) => nameOf(it) !== undefined)) {
    value.forEach((it) => {
      flatten(`${at}[${nameOf(it) ?? ""}]`, it, facts);
    });
  } else {
    const items = value.map((it) => JSON.stringify(it));
    facts.set(at, (SETS.test(at) ? items.sort() : items).join(" "));
  }
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

function nameOf(item: Json): string | undefined {
  const it = typeof item === "object" && item !== null && !isList(item) ? item : {};
  const name = it["Destination"] ?? it["Target"] ?? it["PathInContainer"] ?? it["Name"];
  return typeof name === "string" ? name : undefined;
}

function without(map: Readonly<Record<string, Json>>, keys: RegExp): Record<string, Json> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.test(key)));
}

/** A line for each place that is not equal: `SERVICE PATH: THEIRS -> OURS`. */
export function compare(ours: Side, theirs: Side): string[] {
  return [...new Set([...ours.facts.keys(), ...theirs.facts.keys()])]
    .sort()
    .filter((at) => ours.facts.get(at) !== theirs.facts.get(at))
    .map((at) => `${at}: ${theirs.facts.get(at) ?? "nothing"} -> ${ours.facts.get(at) ?? "nothing"}`);
}
