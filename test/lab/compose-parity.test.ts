import { existsSync } from "node:fs";
import { LOG_DRIVER, logDefaults } from "../../model/settings/docker.js";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { PROGRAM } from "../../scripts/lib/project.js";
import { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { randomText } from "../../scripts/secrets/random-text.js";
import { lab, operate, up } from "./homelab.js";
import { DIFFERENCES } from "./parity/differences.js";
import { compare, look, shell } from "./parity/facts.js";
import type { Side } from "./parity/facts.js";

// What the program makes of a Compose file on one host, held against what `docker compose up` makes of the same file on
// another. The file uses every key that the program supports (test/model/parity-keys.test.ts); what is not equal is in DIFFERENCES, with its reason.

const OURS = "pi5";
const THEIRS = "pi4-ci";
const FOLDER = join(__dirname, "parity/stack");
const PROJECT = "parity";
const STACK = "lab";
/** What the file asks for by `${NAME}`, and a profile that is on. */
const CANARY = "/tmp/parity-canary";
const HOSTILE = `"; touch ${CANARY}; $(touch ${CANARY}) \`touch ${CANARY}\` & touch ${CANARY} #`;
const VALUES = { GREETING: "good day", SUBNET: "10.88.5", CANARY: HOSTILE };
const SECRET = { PARITY_SECRET: `${randomText(32)}${HOSTILE}` };
const ON = "switched-on";
/** What the file calls external. */
/** The program sets Docker's defaults for logs on its host: the other has the same, to be compared with. */
const DAEMON = JSON.stringify({ "log-driver": LOG_DRIVER, "log-opts": logDefaults("nas") });
const BEFORE = "docker volume create parity-shared && docker network create parity-outer";
const AFTER = "docker volume rm parity-shared; docker network rm parity-outer; rm -rf parity";
/** A directory that must be there. */
const DIRECTORY = "/srv/parity/there";

/** Where the file puts configs and secrets. */
const FILES = {
  storage: ["/banner", "/etc/banner.txt"],
  canaries: ["/canary", "/run/secrets/canary-password"],
  contents: ["/written", "/etc/written", "/run/secrets/password", "/run/secrets/short-name", "/etc/password"],
  "read-only": ["/banner"],
};

jest.setTimeout(600_000);
let cli: PulumiStack;
let ours: Side;
let theirs: Side;

beforeAll(async () => {
  await lab.freshHosts([OURS, THEIRS]);
  await Promise.all([OURS, THEIRS].map((host) => lab.root(host, ["mkdir", "-p", DIRECTORY])));
  await Promise.all([OURS, THEIRS].map((host) => shell(host, BEFORE)));
  await lab.root(THEIRS, ["sh", "-c", "cat >/etc/docker/daemon.json && systemctl restart docker"], { input: DAEMON });
  cli = await project();
  await Promise.all([up(cli), composeUp()]);
  [ours, theirs] = await Promise.all([look(OURS, FILES), look(THEIRS, FILES)]);
});

afterAll(async () => {
  await Promise.all([operate(cli, "destroy"), compose("down", "-v")]);
  await Promise.all([OURS, THEIRS].map((host) => shell(host, AFTER)));
  await Promise.all([OURS, THEIRS].map((host) => lab.root(host, ["rm", "-rf", dirname(DIRECTORY)])));
  await rm(cli.directory, { recursive: true, force: true });
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
  const lines = compare(ours, theirs);
  const unexplained = lines.filter((line) => DIFFERENCES.filter((it) => it.line.test(line)).length !== 1);
  expect(unexplained).toEqual([]);
  const unseen = DIFFERENCES.filter((it) => !lines.some((line) => it.line.test(line)));
  expect(unseen.map(({ row }) => row[0])).toEqual([]);
});

test("no text of the file ran as a command, on the hosts or here", async () => {
  const there = `test ! -e ${CANARY} && ! find / -xdev -name "*parity-canary" -not -path "/var/lib/docker/*" -not -path "/proc/*" | grep -q .`;
  expect((await lab.root(OURS, ["sh", "-c", there])).exitCode).toBe(0);
  expect(existsSync(CANARY)).toBe(false);
});

test("a second up changes nothing, whatever keys are used", async () => {
  const { output } = await operate(cli, "preview");
  const changed = [...output.matchAll(/^\s*[-+~]+\s+docker:\S+\s+(\S+)/gm)].map(([, name = ""]) => name);
  expect(distinct(changed)).toEqual([]);
});

/** A project whose one host runs the file. */
async function project(): Promise<PulumiStack> {
  const directory = await mkdtemp(join(tmpdir(), "compose-parity-"));
  await mkdir(join(directory, "backend"));
  await cp(FOLDER, join(directory, "stacks/nas"), { recursive: true });
  const manifest = parse(await readFile(join(PROGRAM, "Pulumi.yaml"), "utf8")) as object;
  await writeFile(join(directory, "Pulumi.yaml"), stringify({ ...manifest, main: PROGRAM }));
  const config = {
    "homelab:domain": "homelab.test",
    "homelab:lan": { subnet: lab.subnet },
    "homelab:hosts": {
      [OURS]: { address: lab.host(OURS).address, role: "nas", hostKey: await lab.hostKey(OURS) },
    },
    "homelab:services": { [ON]: true },
    "homelab:values": VALUES,
  };
  await writeFile(join(directory, `Pulumi.${STACK}.yaml`), stringify({ config }));
  const made = new PulumiStack(directory, STACK, {
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
  const lines = Object.entries(environment).map(([name, value]) => `${name}='${value}'\n`);
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

const distinct = (list: readonly string[]): string[] => [...new Set(list)].sort();
