import { cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../scripts/lib/process.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import { ownersClone } from "./clone.js";
import { lab } from "./homelab.js";
import { back, CTRL_C, DOWN, ENTER, typing } from "../../lab/typing.js";
import type { Exchange, Session } from "../../lab/typing.js";

// From a clone to a homelab by npm run setup: somebody at a terminal who errs and breaks off, then an answers file. The
// hosts are as Debian's installer leaves them. The tests follow each other.

jest.setTimeout(900_000);
const HOST = "pi5";
const SAMPLE = "Pulumi.homelab.yaml";

let clone: string;
let home: string;
const file = (name = SAMPLE): Promise<string> => readFile(join(clone, name), "utf8");
const adminKey = (): string => join(lab.dir, "keys/id_admin");

/** The machine of somebody new: no keys, no agent, nothing of Pulumi's but what is already downloaded. */
const env = (): Record<string, string> => ({
  ...lab.env,
  HOME: home,
  XDG_CONFIG_HOME: "",
  XDG_DATA_HOME: "",
  SSH_AUTH_SOCK: "",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
});

const setup = (exchanges: readonly Exchange[], flags = ""): Promise<Session> =>
  typing(`npm run --silent setup -- ${flags}`, { cwd: clone, env: env() }, exchanges);

const command = (name: string, ...args: string[]): Promise<RunResult> =>
  run("npm", ["run", "--silent", name, "--", ...args], { cwd: clone, env: env() });

async function newcomer(): Promise<void> {
  await lab.freshHosts([HOST], { bootstrap: false });
  clone = await ownersClone();
  home = await mkdtemp(join(tmpdir(), "home-"));
  await cp(join(PROGRAM, SAMPLE), join(clone, SAMPLE));
}

async function gone(): Promise<void> {
  await rm(clone, { recursive: true });
  await rm(home, { recursive: true });
}

beforeAll(() => lab.assertUp());

describe("at a terminal", () => {
  beforeAll(newcomer);
  afterAll(gone);

  test("nothing is written while the hosts are asked for, and a subnet that is too large is not searched", async () => {
    const before = await file();
    const { exitCode, screen } = await setup([
      ["Replace it?", ENTER],
      ["which subnet?", `10.0.0.0/8${ENTER}`],
      ["too large to search", `${back(10)}${lab.subnet}${ENTER}`],
      ["machines answer", CTRL_C],
    ]);
    expect([exitCode, screen]).toEqual([130, expect.stringContaining("npm run setup continues from here")]);
    expect(screen).toContain(lab.host(HOST).address);
    expect(await file()).toBe(before);
  });

  test("a host that was found is named and gets a role; what was done before Ctrl-C stays", async () => {
    const { exitCode } = await setup([
      ["Replace it?", ENTER],
      ["which subnet?", `${lab.subnet}${ENTER}`],
      ["machines answer", ` ${ENTER}`],
      ["further hosts", ENTER],
      ["Name of", `Pi 5${ENTER}`],
      ["is not a host name", `${back(4)}${HOST}${ENTER}`],
      [/What is \S+ for\?/, ENTER],
      ["Domain", ENTER],
      ["keep its state", CTRL_C],
    ]);
    expect(exitCode).toBe(130);
    expect(await file()).toContain(`    ${HOST}: {address: ${lab.host(HOST).address}, role: nas}\n`);
  });

  test("the state's place is in Pulumi.yaml", async () => {
    const { exitCode, screen } = await setup([
      ["keep its state", ENTER],
      ["Which passphrase", CTRL_C],
    ]);
    expect([exitCode, screen.includes("Name of")]).toEqual([130, false]);
    expect(await file("Pulumi.yaml")).toContain(`backend:\n  url: file://${home}/.local/share/homelab/state\n`);
  });

  test("passphrase, stack and SSH key are made", async () => {
    const { exitCode } = await setup([
      ["Which passphrase", ENTER],
      ["The ssh-agent has no key", `${DOWN}${ENTER}`],
      ["shows the key", CTRL_C],
    ]);
    expect(exitCode).toBe(130);
    const passphrase = await stat(join(home, ".config/homelab/passphrase-homelab"));
    expect(passphrase.mode & 0o777).toBe(0o600);
    expect(await file()).toContain("encryptionsalt: v1:");
    // Plain Pulumi finds the same state, without a login.
    const pulumi = join(PROGRAM, "node_modules/.bin/pulumi");
    const { stdout } = await run(pulumi, ["stack", "ls", "--json", "--non-interactive"], { cwd: clone, env: env() });
    expect(JSON.parse(stdout)).toMatchObject([{ name: "homelab" }]);
    expect((await stat(join(home, ".ssh/homelab"))).mode & 0o777).toBe(0o600);
  });

  test("a host key that is not confirmed is not pinned", async () => {
    const { exitCode, screen } = await setup(
      [
        ["shows the key", `n`],
        ["Account with full sudo", ENTER],
        ["second key", ENTER],
      ],
      `--identity ${adminKey()}`,
    );
    expect([exitCode, screen]).toEqual([1, expect.stringContaining(`host key of ${HOST} was not confirmed`)]);
    expect(await file()).not.toContain("hostKey:");
  });

  test("the host is prepared, the secrets are made, and a deployment is announced", async () => {
    const { exitCode, screen } = await setup(
      [
        ["shows the key", "y"],
        ["Account with full sudo", `deploy${ENTER}`],
        ["is an account that setup creates", `${back(6)}pi${ENTER}`],
        ["second key", "y"],
        ["Deploy now?", "n"],
      ],
      `--identity ${adminKey()}`,
    );
    expect([exitCode, screen]).toEqual([0, expect.stringMatching(new RegExp(`│ ${HOST} +│ create +│`))]);
    expect(await file()).toContain(`hostKey: ${await lab.hostKey(HOST)}`);
    expect(await file()).toMatch(/PORTAINER_ADMIN_PASSWORD:\n\s+secure: v1:/);
    const look = ["-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-i", join(home, ".ssh/homelab-probe")];
    const known = ["-o", `UserKnownHostsFile=${lab.dir}/known_hosts`, "-o", "BatchMode=yes"];
    const seen = await run("ssh", ["-F", "none", ...known, ...look, `probe@${lab.host(HOST).address}`]);
    expect(JSON.parse(seen.stdout)).toHaveProperty("protocol");
  });

  test("another run asks nothing but whether to deploy, and changes nothing", async () => {
    const before = [await file(), await file("Pulumi.yaml")];
    const { exitCode, screen } = await setup([["Deploy now?", "n"]]);
    expect([exitCode, screen.match(/◆/g)?.length]).toEqual([0, 1]);
    expect([await file(), await file("Pulumi.yaml")]).toEqual(before);
  });
});

describe("with an answers file", () => {
  beforeAll(newcomer);
  afterAll(gone);
  const answers = (text: string): Promise<void> => writeFile(join(clone, "answers.yaml"), text);

  test("all that is missing is named at once", async () => {
    await answers("domain: example.org\n");
    const { exitCode, stderr } = await command("setup", "--answers", "answers.yaml");
    expect(exitCode).toBe(1);
    expect([...stderr.matchAll(/-> (--\S+)/g)].map(([, flag]) => flag)).toEqual([
      ...["--replace", "--host", "--key", "--trust-host-keys", "--deploy"],
    ]);
  });

  test("one command deploys, says which page to open, and how to log in", async () => {
    await answers(
      [
        "replace: true",
        `host: [${HOST}=${lab.host(HOST).address}:nas+media+ci]`,
        "key: make-without-passphrase",
        `identity: ${adminKey()}`,
        "trust-host-keys: true",
        "deploy: true",
        "secrets: {REGISTRY_HTPASSWD: none}",
      ].join("\n"),
    );
    const { exitCode, stdout, stderr } = await command("setup", "--answers", "answers.yaml");
    expect([exitCode, stderr, stdout]).toEqual([0, "", expect.stringContaining("everything is done.")]);
    const [, url = ""] = /Open (\S+) \(homepage\)/.exec(stdout) ?? [];
    expect((await run("curl", ["-sS", "--retry", "5", "--retry-connrefused", "-o", "/dev/null", url])).exitCode).toBe(
      0,
    );
    const [, shown = ""] = /portainer .* password: npm run (secrets -- --show \S+)/.exec(stdout) ?? [];
    const { stdout: password } = await command("secrets", ...shown.split(" ").slice(2));
    expect(password).toMatch(/^[A-Za-z0-9]{24}\n$/);
    expect(stdout).not.toContain(password.trim());
  });

  test("npm run doctor finds all well with the key loaded, and else says what to load", async () => {
    const loaded = `ssh-add -q ${join(home, ".ssh/homelab")} && npm run --silent doctor`;
    const inAgent = await run("ssh-agent", ["sh", "-c", loaded], { cwd: clone, env: env() });
    expect([inAgent.exitCode, inAgent.stdout.match(/^✗.*$/gm)]).toEqual([0, null]);
    expect(inAgent.stdout).toContain(`✓ time: this machine and ${HOST} agree`);
    const { exitCode, stdout } = await command("doctor", "--json");
    const { found } = JSON.parse(stdout) as { found: { ok: boolean; what: string; code?: string }[] };
    expect([exitCode, found.filter(({ ok }) => !ok)]).toEqual([
      1,
      [
        expect.objectContaining({
          what: "ssh-agent",
          code: "no-agent",
          remedy: expect.objectContaining({ command: expect.stringContaining("ssh-add") as string }) as object,
        }),
        expect.objectContaining({ what: `host ${HOST}`, code: "no key" }),
      ],
    ]);
  });

  test("another run needs no answers but whether to deploy, and nothing is changed, even if the state was lost", async () => {
    const before = await file();
    await rm(join(home, ".local/share/homelab/state"), { recursive: true });
    const { exitCode, stdout } = await command("setup", "--no-deploy");
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`Preview: .* ${HOST} keeps a copy of .*\\nnothing would change`)),
    ]);
    expect(await file()).toBe(before);
  });
});
