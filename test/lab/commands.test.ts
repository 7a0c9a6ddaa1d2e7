import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prepareProject } from "../../lab/project.js";
import { summaries } from "../../lab/stack.js";
import { run } from "../../scripts/lib/process.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { PASSPHRASE } from "../../scripts/lib/review-state/stack.js";
import { ownersClone } from "./clone.js";
import { configure, containers, differing, lab, operate, up } from "./homelab.js";
import { watchHosts, watchProcesses } from "./processes.js";
import { freshLab } from "./states.js";

// The owner's commands, and that secrets stay secret, with the real engine against the lab's hosts. The tests follow
// each other: each begins with the homelab that the one before left.

jest.setTimeout(1_800_000);

/** A copy of the program, as a clone of the owner's own: the commands write into their project's directory. */
let clone: string;
let cli: PulumiStack;

beforeAll(async () => {
  clone = await ownersClone();
  await freshLab();
  cli = await prepareProject(lab, { program: clone });
});

afterAll(async () => {
  await rm(clone, { recursive: true });
});

/** Runs one of the project's commands in the owner's clone, on the lab's stack; its configuration goes there and back. */
async function command(args: readonly string[], env = {}): Promise<RunResult & { output: string }> {
  const file = `Pulumi.${cli.name}.yaml`;
  await cp(join(cli.directory, file), join(clone, file));
  const [name = "", ...rest] = args;
  const result = await run("npm", ["run", "--silent", name, "--", "--stack", cli.name, ...rest], {
    cwd: clone,
    env: { ...cli.env, INIT_CWD: clone, ...env },
  });
  await cp(join(clone, file), join(cli.directory, file));
  return { ...result, output: result.stdout + result.stderr };
}

/** Values of all secrets of the stack, by name. */
async function secretValues(): Promise<Record<string, string>> {
  const json = await cli.must(["config", "get", "--path", "homelab:secrets"]);
  return JSON.parse(json) as Record<string, string>;
}

/** Names of the secrets whose value is in a text, as it is or in base64. */
function shownIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets)
    .filter(
      ([, value]) => text.includes(value) || text.includes(Buffer.from(value).toString("base64").replace(/=+$/, "")),
    )
    .map(([name]) => name);
}

test("npm run secrets makes what is missing once and not twice, and shows none of it", async () => {
  const former = await secretValues();
  await configure(cli, ["homelab:secrets"], {});
  const watch = watchProcesses();
  const first = await command(["secrets"]).finally(watch);
  const processes = await watch();
  expect(first.stderr).toBe("");
  const made = await secretValues();
  const names = [...first.stdout.matchAll(/^made (\w+), for/gm)].map(([, name]) => name);
  expect(names).toEqual(Object.keys(made).sort());
  expect(names).toContain("WOODPECKER_AGENT_SECRET");
  expect([first.exitCode, /^ {2}REGISTRY_HTPASSWD, for/m.test(first.stdout)]).toEqual([2, true]);
  expect(processes).toContain("config set --secret --path homelab:secrets.POSTGRES_PASSWORD");
  expect(shownIn(first.output + processes, made)).toEqual([]);
  expect(Object.values(made).filter((value) => Object.values(former).includes(value))).toEqual([]);

  const second = await command(["secrets"]);
  expect([second.exitCode, second.output.includes("made ")]).toEqual([2, false]);
  expect(await secretValues()).toEqual(made);

  // What only the owner can supply, by the command that was shown.
  for (const [, shown = ""] of first.stdout.matchAll(/set: {2}npx pulumi (.*)$/gm)) {
    await cli.must(shown.replace(/ --stack \S+/, "").split(" "), { input: "supplied-by-the-owner-0123456789" });
  }
  const third = await command(["secrets"]);
  expect([third.exitCode, third.output]).toEqual([0, expect.stringContaining("Nothing to do")]);
  expect(await secretValues()).toMatchObject(made);
});

test("no secret is seen in an up from nothing: not in its output, on any host, in the state", async () => {
  const values = await secretValues();
  const watchHere = watchProcesses();
  const watchThere = await watchHosts();
  // also where it fails: the watchers would go on, and take the time of the tests that follow
  const { output } = await up(cli).finally(() => Promise.all([watchHere(), watchThere()]));
  const here = await watchHere();
  const there = await watchThere();
  expect(here).toContain("pulumi up");
  expect(shownIn(output, values)).toEqual([]);
  expect(shownIn(here, values)).toEqual([]);
  for (const [host, processes] of Object.entries(there)) {
    expect([host, /dockerd/.test(processes), shownIn(processes, values)]).toEqual([host, true, []]);
  }

  const state = await readFile(join(lab.dir, `backend/.pulumi/stacks/homelab/${cli.name}.json`), "utf8");
  expect(shownIn(state, values)).toEqual([]);
});

test("docker inspect shows no secret: every service that needs one has it as a file", async () => {
  const values = await secretValues();
  for (const { name } of lab.hosts) {
    const script = "docker ps -aq | xargs -r docker inspect; docker network ls -q | xargs docker network inspect";
    const { stdout } = await lab.ssh(name, ["sh", "-c", script]);
    expect([name, stdout.includes("homelab"), shownIn(stdout, values)]).toEqual([name, true, []]);
  }
});

test("a preview with all differences shows neither the old nor the new value of a secret that changes", async () => {
  const former = await secretValues();
  const file = join(cli.directory, `Pulumi.${cli.name}.yaml`);
  const config = await readFile(file, "utf8");
  await cli.setSecret("WOODPECKER_AGENT_SECRET", "another-agent-secret-0123456789");
  await cli.setSecret("POSTGRES_PASSWORD", "another-postgres-password-0123456789");
  const values = await secretValues();
  const { output, exitCode } = await operate(cli, "preview", { diff: true });
  expect([exitCode, output.includes("[secret]")]).toEqual([0, true]);
  expect(output).toContain("woodpecker-agent");
  expect(shownIn(output, former)).toEqual([]);
  expect(shownIn(output, values)).toEqual([]);
  await writeFile(file, config);
});

/** Runs a command as a preview's runner may: no passphrase, and the key that may only look. */
function asReviewer(...args: string[]): ReturnType<typeof command> {
  const none = { PULUMI_CONFIG_PASSPHRASE_FILE: "", XDG_CONFIG_HOME: join(clone, "nobody") };
  return command(args, { ...none, SSH_AUTH_SOCK: lab.probeAgentSocket });
}
const asReviewerPreviews = (): ReturnType<typeof command> => asReviewer("preview", "--without-secrets", "--offline");

test("a preview without the passphrase says the same, by a state in which no secret is", async () => {
  const refused = await asReviewerPreviews();
  expect([refused.exitCode, refused.output]).toEqual([1, expect.stringContaining("npm run review-state")]);
  const published = await command(["review-state"]);
  expect([published.exitCode, published.output]).toEqual([0, expect.stringMatching(/^Published: .*\n$/)]);

  const review = new PulumiStack(cli.directory, cli.name, {
    ...cli.env,
    PULUMI_BACKEND_URL: `file://${join(lab.dir, "backend/review")}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
  });
  const state = await review.must(["stack", "export", "--show-secrets"]);
  const values = await secretValues();
  const digests: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    digests[`digest of ${name}`] = createHash("sha256").update(value).digest("hex");
  }
  expect(state).toContain("fingerprint-");
  expect(shownIn(state, { ...values, ...digests })).toEqual([]);

  expect((await asReviewerPreviews()).stdout).toMatch(/^routine: nothing changes/);
});

test("a branch whose program is hostile learns that a secret is another one and not which, and cannot change a host", async () => {
  const loot = join(clone, "loot");
  const own = await readFile(join(clone, "index.ts"), "utf8");
  const hostile = `
    import { spawnSync } from "node:child_process";
    import { writeFileSync } from "node:fs";
    import { Config, runtime } from "@pulumi/pulumi";
    const options = ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"];
    const ssh = ["-F", "none", ...options.flatMap((it) => ["-o", it]), "deploy@${lab.host("pi5").address}", "touch /tmp/hostile"];
    const written = spawnSync("ssh", ssh, { encoding: "utf8" });
    const seen = { env: process.env, config: runtime.allConfig(), one: new Config().get("secrets"), written };
    writeFileSync(${JSON.stringify(loot)}, JSON.stringify(seen));
  `;
  await writeFile(join(clone, "index.ts"), hostile + own);
  const file = join(cli.directory, `Pulumi.${cli.name}.yaml`);
  const config = await readFile(file, "utf8");
  await cli.setSecret("POSTGRES_PASSWORD", "another-postgres-password-0123456789");
  const values = await secretValues();
  const { stdout } = await asReviewerPreviews().finally(() => writeFile(join(clone, "index.ts"), own));
  expect(stdout).toMatch(/pi4-ci\/postgres: its container is replaced/);
  const seen = await readFile(loot, "utf8");
  expect(shownIn(seen + stdout, values)).toEqual([]);
  expect(seen).toMatch(/fingerprint-.*Permission denied/);
  expect((await lab.ssh("pi5", ["test", "-e", "/tmp/hostile"])).exitCode).toBe(1);
  await writeFile(file, config);
});

test("npm run add-service puts an existing Compose file on a host: one command, then up", async () => {
  const before = await containers();
  const compose = join(clone, "docker-compose.yml");
  await writeFile(
    compose,
    `version: "3.8"
services:
  # a page of my own
  page:
    image: joxit/docker-registry-ui:2.6.0
    user: "101:101"
    expose: [8080]
    environment: { REGISTRY_TITLE: mine }
    ports: ["8099:8080", "8100-8102:8100-8102", "8100-8101:8110-8111/udp"]
    volumes: ["./page-data:/data"]
    healthcheck: { test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8080/"], interval: 5s, start_interval: 1s, start_period: 30s }
`,
  );
  const asked = await command(["add-service", compose, "pi5", "--name", "page"]);
  expect(asked.exitCode).toBe(2);
  expect(asked.output).toMatch(
    /my\/page\/compose\.yaml:\d+ {2}services\.page\.ports\[0\]\n\s+port 8080 is published without an audience/,
  );
  const refused = await command(["add-service", compose, "pi5", "--name", "page", "--audience", "lan"]);
  expect([refused.exitCode, refused.output]).toEqual([1, expect.stringContaining("is there already")]);
  await mkdir(join(clone, "page-data/deep"), { recursive: true });
  await writeFile(join(clone, "page-data/deep/it's one"), "brought over\n");
  const again = ["add-service", compose, "pi5", "--name", "page", "--audience", "lan", "--force", "--copy-data"];
  expect((await command(again)).output).toContain(
    "copied ./page-data: pi5:/var/lib/homelab-data/page/page-data (3 entries",
  );
  const done = await command(again);
  expect(done.output).toContain("is there already ./page-data");
  expect([done.exitCode, done.output]).toEqual([0, expect.stringContaining("has nothing to object to")]);

  // What a pull request has shown before is less than that: nothing is touched.
  const seen = join(clone, "seen.json");
  await writeFile(seen, JSON.stringify({ steps: {} }));
  const wider = await command(["deploy", "pi5", "--expect", seen]);
  expect([wider.exitCode, wider.output]).toEqual([4, expect.stringMatching(/more than.*\n {2}pi5.*page: create\n/s)]);
  expect(differing(before, await containers())).toEqual([]);
  // What it shows of this one, without the secrets, is what is done.
  const preview = await asReviewer("preview", "--without-secrets", "--offline", "--json");
  await writeFile(seen, preview.stdout);
  const deployed = await command(["deploy", "pi5", "--expect", seen]);
  expect([deployed.exitCode, deployed.output]).toEqual([0, expect.stringContaining("Everything is done on pi5.")]);
  expect(differing(before, await containers())).toEqual(["pi5/page"]);
  const url = `http://${lab.host("pi5").address}:8099/`;
  const { exitCode } = await run("curl", ["-sS", "--retry", "10", "--retry-connrefused", "-o", "/dev/null", url]);
  expect(exitCode).toBe(0);
  const file = ["docker", "exec", "page", "cat", "/data/deep/it's one"];
  expect((await lab.ssh("pi5", file)).stdout).toBe("brought over\n");
  // Ports that follow each other have one rule, which is there as it was declared.
  const chains = await lab.ssh("pi5", ["cat", "/etc/homelab/firewall.v4"]);
  expect(chains.stdout).toContain("-p tcp -m conntrack --ctorigdstport 8099:8102 --ctdir ORIGINAL");
  expect(chains.stdout).toContain("-p udp -m conntrack --ctorigdstport 8100:8101 --ctdir ORIGINAL");
  expect(Object.keys((await operate(cli, "preview")).changes)).toEqual(["unchanged"]);
});

test("npm run forget takes a dead host out of the state; an up of the rest changes the firewall that let it in", async () => {
  const before = await containers();
  await lab.powerOff("pi-zero-1");
  const unknown = await command(["forget", "pi-zero-7", "--yes"]);
  expect([unknown.exitCode, unknown.output]).toEqual([1, expect.stringContaining('write "pi-zero-')]);
  const unasked = await command(["forget", "pi-zero-1"]);
  expect([unasked.exitCode, unasked.output]).toEqual([1, expect.stringContaining("Nothing was forgotten.")]);

  const { output, exitCode } = await command(["forget", "pi-zero-1", "--yes"]);
  expect([exitCode, output]).toEqual([0, expect.stringContaining("container  woodpecker-agent\n")]);
  const line = Number(/line (\d+) under homelab:hosts/.exec(output)?.[1]);
  const config = await readFile(join(cli.directory, `Pulumi.${cli.name}.yaml`), "utf8");
  expect(config.split("\n")[line - 1]).toMatch(/^ *pi-zero-1:/);
  expect((await cli.resources()).filter(({ urn }) => /::pi-zero-1(\/|$)/.test(urn))).toEqual([]);

  await configure(cli, ["homelab:hosts", "pi-zero-1"], undefined);
  const rest = await operate(cli, "up");
  expect([rest.exitCode, rest.changes]).toMatchObject([0, { updated: 2 }]);
  expect(rest.output).toContain("pi4-ci/setting/firewall updated");
  expect(rest.output).toContain("pi-zero-2/setting/system updated"); // its reboot window is the next earlier one
  expect(Object.keys(await summaries(cli))).not.toContain("pi-zero-1");

  // Nothing was done on the host.
  await lab.powerOn("pi-zero-1");
  expect(differing(before, await containers())).toEqual([]);
});

test("a forgotten host that comes back is emptied as forget said, then deployed like a new one", async () => {
  const before = await containers();
  const empty = "docker ps -aq --filter label=homelab.service | xargs -r docker rm -f";
  expect((await command(["forget", "pi-zero-2"])).stdout).toContain(empty);
  await lab.ssh("pi-zero-1", ["sh", "-c", empty]);
  await prepareProject(lab, { program: clone });
  await configure(cli, ["homelab:hosts", "pi5", "services"], ["my/page/compose.yaml"]);
  await up(cli);
  expect(differing(before, await containers())).toEqual(["pi-zero-1/woodpecker-agent"]);
  expect(Object.keys((await operate(cli, "up")).changes)).toEqual(["unchanged"]);
});
