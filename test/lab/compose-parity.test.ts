import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { composeFile } from "../../model/compose.js";
import { service } from "../../model/compose-service.js";
import { PROGRAM, PulumiCli } from "../../scripts/pulumi-cli.js";
import { randomText } from "../../scripts/random-text.js";
import { lab, operate, up } from "./homelab.js";

// What the program makes of a Compose file on one host, held against what `docker compose up` makes of the same file on
// another. The file uses every key that the program supports; what is not equal stands in DIFFERENCES, with its reason.

const OURS = "pi5";
const THEIRS = "pi4-ci";
const FOLDER = join(__dirname, "parity");
const PROJECT = "parity";
const STACK = "lab";
/** What the file asks for by `${NAME}`, and a profile that is on. */
const VALUES = { GREETING: "good day", SUBNET: "10.88.5" };
const SECRET = { PARITY_SECRET: randomText(32) };
const ON = "switched-on";
/** What the file calls external, and a directory that must be there. */
const BEFORE =
  "sudo mkdir -p /srv/parity/there && docker volume create parity-shared && docker network create parity-outer";
const AFTER = "docker volume rm parity-shared; docker network rm parity-outer; sudo rm -rf /srv/parity parity";
/** Services that every `up` makes anew, because the provider reads something else back than it was told. */
const NEVER_IN_SYNC = ["pi5-parity-platform"];

/** A way in which the two differ. */
interface Difference {
  /** Fits the lines that `compare` makes of it: `SERVICE PATH: THEIRS -> OURS`. */
  readonly line: RegExp;
  /** A row of docs/compose.md: what, with `docker compose up`, here, why. */
  readonly row: readonly [string, string, string, string];
}

const DIFFERENCES: readonly Difference[] = [
  {
    line: /^plain\.(Name: "\/parity-plain-1" -> "\/plain"|Networks\.parity_default\.DNSNames: "ID" "parity-plain-1" "plain" -> "ID" "plain")$/,
    row: [
      "name of a container without `container_name`",
      "`PROJECT-SERVICE-1`",
      "`SERVICE`",
      "one service is one container",
    ],
  },
  {
    line: /\.Config\.Labels\.com\.centurylinklabs\.watchtower\.enable: nothing -> "false"$/,
    row: ["label `com.centurylinklabs.watchtower.enable`", "none", "`true` or `false`", "from `x-homelab.updates`"],
  },
  {
    line: /\.Config\.AttachStd(out|err): true -> false$/,
    row: [
      "`AttachStdout` and `AttachStderr`",
      "true",
      "false",
      "tells what the client that made the container listened to, nothing of the container",
    ],
  },
  {
    line: /\.HostConfig\.Init: nothing -> false$/,
    row: [
      "`Init` where the file has no `init`",
      "not said: as the engine is configured, which is no unless changed",
      "no",
      "the Docker provider always says it",
    ],
  },
  {
    line: /\.Config\.Healthcheck\.(Retries: nothing -> 3|Timeout: (nothing|\d+) -> 30000000000|StartPeriod: nothing -> 1000000)$/,
    row: [
      "what a `healthcheck` leaves out",
      "from the image's own check, else Docker's defaults",
      "Docker's defaults: 30s, 30s, 3 tries, no start period (1ms)",
      "read back from the image it would look like a change at every deployment; so the wait for health knows how long it may take, too",
    ],
  },
  {
    line: /\.Config\.StopTimeout: 2 -> 3$/,
    row: [
      "a `stop_grace_period` of 2.5s",
      "2 seconds",
      "3 seconds",
      "Docker takes whole seconds; a service gets no less than its file says",
    ],
  },
  {
    line: /\.HostConfig\.Cap(Add|Drop): /,
    row: [
      "`CapAdd` and `CapDrop`",
      "as written",
      "each with `CAP_`",
      "the same to Docker, and how the provider reads it back",
    ],
  },
  {
    line: /\.HostConfig\.PidsLimit: nothing -> 0$/,
    row: ["`pids_limit: -1`", "not said", "0", "both are no limit; the provider has none, so `docker update` sets it"],
  },
  {
    line: /\.HostConfig\.NetworkMode: "parity_(default|back)" -> "bridge"$/,
    row: [
      "`NetworkMode` of a service in networks",
      "the first network",
      "`bridge`",
      "the provider joins the networks before the start and leaves `bridge`; the networks that the container is in are equal",
    ],
  },
  {
    line: /\.Aliases: (.*?) ?"parity-[\w-]+" ?(.*?) -> \1 ?\2$/,
    row: [
      "`Aliases` in each network",
      "with the container's name",
      "without it",
      "Docker finds a container by its name anyway: `DNSNames` are equal",
    ],
  },
  {
    line: /^ports\.(HostConfig\.PortBindings|Ports)\.8[0-4]\/tcp: .* -> \{"HostIp":"0\.0\.0\.0","HostPort":"\w+"\}$/,
    row: [
      "a port without `host_ip`",
      "on every IPv4 and IPv6 address of the host",
      "on every IPv4 address",
      "the provider always names an address; the LAN and its audiences are IPv4",
    ],
  },
  {
    line: /^ports\.(HostConfig\.PortBindings|Ports)\.86\/tcp: .* -> \{"HostIp":"127\.0\.0\.1","HostPort":"18086"\}$/,
    row: [
      "a port whose `x-audience` is `[localhost]`",
      "on every address",
      "on 127.0.0.1",
      "Compose knows no audiences",
    ],
  },
  {
    line: /^storage\.Mounts\[[^\]]+\]\.Mode: "z" -> (nothing|"rw"|"ro")$/,
    row: [
      "`Mode` of a mounted volume",
      "`z`",
      "`rw`, `ro` or nothing",
      "two forms of Docker's API; `RW` and what is mounted are equal",
    ],
  },
  {
    line: /^storage\.Mounts\[\/there-slave\]\.Mode: "rw,rslave" -> nothing$/,
    row: [
      "a bind in short form with a propagation",
      "a missing directory is made",
      "it must be there",
      "with the provider, only the form that makes none can say the propagation, which is equal",
    ],
  },
  {
    line: /\.Mounts\[[^\]]+\]\.Source: "\/home\/deploy\/parity\/banner\.txt" -> "\/home\/deploy\/\.homelab\/files\/[^"]+"$/,
    row: [
      "`configs` with `file`",
      "mounted from beside the Compose file",
      "mounted from `~/.homelab/files`",
      "the Compose file is not on the host",
    ],
  },
  {
    line: /^contents\.Mounts\[[^\]]+\]\.\w+: nothing -> /,
    row: [
      "`secrets`, and `configs` with `content`",
      "copied into the container",
      "mounted, read-only",
      "a copy is not possible where `read_only` is set, and stays in the container's layer on disk",
    ],
  },
  {
    line: /^(storage|read-only) mode of \S+: 644 -> 44[04]$/,
    row: ["mode of a config with `file`", "that of the file; `mode` is ignored", "`mode`, or 0444", "the file says so"],
  },
  {
    line: /^contents mode of \/etc\/written: 1200 -> 640$/,
    row: ['a `mode` in quotes, `"0640"`', "01200: read as a decimal number", "0640", "the octal number is meant"],
  },
];

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
interface Side {
  readonly containers: ReadonlyMap<string, Inspected>;
  /** Everything worth comparing, as text by its place. */
  readonly facts: ReadonlyMap<string, string>;
}

jest.setTimeout(120_000);
let cli: PulumiCli;
let ours: Side;
let theirs: Side;

beforeAll(async () => {
  await lab.freshHosts([OURS, THEIRS]);
  await Promise.all([OURS, THEIRS].map((host) => shell(host, BEFORE)));
  cli = await project();
  await Promise.all([up(cli), composeUp()]);
  [ours, theirs] = await Promise.all([look(OURS), look(THEIRS)]);
});

afterAll(async () => {
  await Promise.all([operate(cli, ["destroy", "--yes", "--skip-preview"]), compose("down", "-v")]);
  await Promise.all([OURS, THEIRS].map((host) => shell(host, AFTER)));
  await rm(cli.directory, { recursive: true, force: true });
});

test("the file uses every key that the program supports", async () => {
  const file = parse(await readFile(join(FOLDER, "compose.yaml"), "utf8"), { merge: true }) as Record<
    "services" | "networks" | "volumes" | "configs",
    Record<string, object | null>
  >;
  const used = (part: keyof typeof file): string[] => distinct(Object.values(file[part]).flatMap(ownKeys));
  const { networks, volumes, configs } = composeFile.unwrap().shape;
  expect(used("services")).toEqual(distinct(ownKeys(service.unwrap().shape)));
  // Engines before 27 give a network no IPv6 subnet by themselves, and the program takes none from the file.
  expect([...used("networks"), "enable_ipv6"].sort()).toEqual(
    distinct(ownKeys(networks.unwrap().unwrap().valueType.options[0].unwrap().shape)),
  );
  expect(used("volumes")).toEqual(distinct(ownKeys(volumes.unwrap().unwrap().valueType.options[0].unwrap().shape)));
  expect(used("configs")).toEqual(distinct(ownKeys(configs.unwrap().unwrap().valueType.unwrap().shape)));
});

test("both run the same services", () => {
  expect([...ours.containers.keys()].sort()).toEqual([...theirs.containers.keys()].sort());
  expect(ours.containers.has(ON)).toBe(true);
});

test("both start a service after those that it depends on", () => {
  for (const { containers } of [ours, theirs]) {
    const [first, last] = ["process", "ports"].map((name) => containers.get(name)?.State.StartedAt ?? "");
    expect([first, last]).toEqual([first, last].sort());
  }
});

test("the containers, networks, volumes and mounted files are equal, but for what docs/compose.md lists", () => {
  const lines = compare();
  const unexplained = lines.filter((line) => DIFFERENCES.filter((it) => it.line.test(line)).length !== 1);
  expect(unexplained).toEqual([]);
  const unseen = DIFFERENCES.filter((it) => !lines.some((line) => it.line.test(line)));
  expect(unseen.map(({ row }) => row[0])).toEqual([]);
});

test("docs/compose.md lists exactly these differences", async () => {
  const page = await readFile(join(PROGRAM, "docs/compose.md"), "utf8");
  const [, section = ""] = page.split("## Different from `docker compose up`\n");
  const rows = section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(1)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual(DIFFERENCES.map(({ row }) => row));
});

test("a second up changes nothing, whatever keys are used", async () => {
  const { output } = await operate(cli, ["preview"]);
  const changed = [...output.matchAll(/^\s*[-+~]+\s+docker:\S+\s+(\S+)/gm)].map(([, name = ""]) => name);
  expect(distinct(changed)).toEqual(NEVER_IN_SYNC);
});

/** A project whose one host runs the file. */
async function project(): Promise<PulumiCli> {
  const directory = await mkdtemp(join(tmpdir(), "compose-parity-"));
  await mkdir(join(directory, "backend"));
  await cp(FOLDER, join(directory, "stacks/nas"), { recursive: true });
  const manifest = parse(await readFile(join(PROGRAM, "Pulumi.yaml"), "utf8")) as object;
  await writeFile(join(directory, "Pulumi.yaml"), stringify({ ...manifest, main: PROGRAM }));
  const config = {
    "homelab:domain": "homelab.test",
    "homelab:lan": { subnet: lab.machineAddress.replace(/\.\d+$/, ".0/24") },
    "homelab:hosts": {
      [OURS]: { address: lab.host(OURS).address, role: "nas", hostKey: await lab.hostKey(OURS) },
    },
    "homelab:services": { [ON]: true },
    "homelab:values": VALUES,
  };
  await writeFile(join(directory, `Pulumi.${STACK}.yaml`), stringify({ config }));
  const made = new PulumiCli(directory, STACK, {
    ...lab.env,
    PULUMI_BACKEND_URL: `file://${join(directory, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: randomText(32),
    PULUMI_SKIP_UPDATE_CHECK: "1",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
  });
  await made.must(["stack", "select", "--create"]);
  for (const [name, value] of Object.entries(SECRET)) {
    await made.setSecret(name, value);
  }
  return made;
}

async function composeUp(): Promise<void> {
  const environment = { ...VALUES, ...SECRET, COMPOSE_PROFILES: "extra" };
  const lines = Object.entries(environment).map(([name, value]) => `${name}="${value}"\n`);
  const files = await readdir(FOLDER);
  const contents = await Promise.all(
    files.map(async (name): Promise<[string, string]> => [name, await readFile(join(FOLDER, name), "utf8")]),
  );
  await shell(THEIRS, `mkdir -p ${PROJECT}`);
  for (const [name, text] of [...contents, [".env", lines.join("")] as const]) {
    await shell(THEIRS, `cat >${PROJECT}/${name}`, text);
  }
  await compose("up", "--detach", "--quiet-pull");
}

const compose = (...args: string[]): Promise<string> =>
  shell(THEIRS, `docker compose --project-directory ${PROJECT} --progress quiet ${args.join(" ")}`);

/** What a script on a host prints; it must succeed. */
async function shell(host: string, script: string, input?: string): Promise<string> {
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

/** Everything that a host has of the file. */
async function look(host: string): Promise<Side> {
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
    Object.entries(FILES).map(async ([name, paths]) => {
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

/** Where the file puts configs and secrets. */
const FILES = {
  storage: ["/banner", "/etc/banner.txt"],
  contents: ["/written", "/etc/written", "/run/secrets/password", "/run/secrets/short-name", "/etc/password"],
  "read-only": ["/banner"],
};

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
        without(it, /^(NetworkID|EndpointID|MacAddress|Gateway|IPAddress)$/),
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

/** A line for each place that is not equal. */
function compare(): string[] {
  return distinct([...ours.facts.keys(), ...theirs.facts.keys()])
    .filter((at) => ours.facts.get(at) !== theirs.facts.get(at))
    .map((at) => `${at}: ${theirs.facts.get(at) ?? "nothing"} -> ${ours.facts.get(at) ?? "nothing"}`);
}

const ownKeys = (map: object | null): string[] => Object.keys(map ?? {}).filter((key) => !key.startsWith("x-"));
const distinct = (list: readonly string[]): string[] => [...new Set(list)].sort();
