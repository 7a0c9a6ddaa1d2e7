import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../scripts/lib/process.js";
import type { RunOptions, RunResult } from "../../scripts/lib/process.js";
import { argvOf } from "../../scripts/lib/project.js";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { by, configure, lab } from "./homelab.js";
import { canBeMadeSick, deployedLab } from "./states.js";

// The commands of every day, against one deployed lab. The tests follow each other.

jest.setTimeout(1_800_000);
let cli: PulumiStack;
beforeAll(async () => {
  cli = await deployedLab(canBeMadeSick);
});

/** Runs a command in the lab's project, whose only stack it finds by itself. */
function command(name: string, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
  const [node, ...script] = argvOf(name);
  return run(node, [...script, ...args], { ...options, cwd: cli.directory, env: { ...cli.env, ...options.env } });
}

/** Logs in to the database from the network, where it asks for a password. */
const logsIn = async (password: string): Promise<boolean> =>
  lab
    .ssh("pi4-ci", ["docker", "exec", "-e", `PGPASSWORD=${password}`, "postgres", ...PSQL])
    .then(({ exitCode }) => exitCode === 0);
const PSQL = ["psql", "-h", "postgres", "-U", "woodpecker", "-tAc", "select 1"];

describe("status", () => {
  /** With the key that may look and nothing else. */
  const looking = { env: { SSH_AUTH_SOCK: lab.probeAgentSocket } };

  test("shows every service on one screen, with a key that may only look", async () => {
    const { exitCode, stdout, stderr } = await command("status", [], looking);
    expect([exitCode, stderr]).toEqual([0, ""]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(stdout).toMatch(
      /^jellyfin +socket-proxy +healthy \d+ (s|min)$[\s\S]*^ +jellyfin +healthy .*https:\/\/jellyfin\.homelab\.test +lan, tailnet, containers$/m,
    );
    expect(stdout).toMatch(/^ +registry +healthy .* 172\.30\.\d+\.101:5000 +lan, tailnet, containers$/m);
  });

  test("says what a program needs, and that a host does not answer", async () => {
    await lab.powerOff("pi-zero-2");
    const [table, json] = [await command("status", [], looking), await command("status", ["--json"], looking)];
    await lab.powerOn("pi-zero-2");
    expect([table.exitCode, json.exitCode]).toEqual([3, 3]);
    expect(table.stdout).toMatch(/^pi-zero-2 +1 service +unreachable$/m);
    const { hosts } = JSON.parse(json.stdout) as { hosts: { host: string; status: string; services: object[] }[] };
    expect(hosts.map(({ host }) => host)).toEqual(lab.hosts.map(({ name }) => name));
    expect(hosts.find(({ host }) => host === "pi-zero-2")).toMatchObject({ status: "unreachable" });
    expect(hosts.find(({ host }) => host === "pi5")?.services).toContainEqual(
      expect.objectContaining({ service: "portainer", state: "healthy", upSeconds: expect.any(Number) as number }),
    );
  });
});

test("logs shows what a service wrote, and asks which of several is meant", async () => {
  const all = await command("logs", ["postgres"]);
  expect([all.exitCode, all.stdout + all.stderr]).toEqual([
    0,
    expect.stringContaining("database system is ready to accept connections"),
  ]);
  const last = await command("logs", ["postgres", "-n", "1"]);
  expect((last.stdout + last.stderr).trim().split("\n")).toHaveLength(1);
  const several = await command("logs", ["watchtower"]);
  expect([several.exitCode, several.stderr]).toEqual([1, expect.stringContaining("pi5/watchtower, pi4-ci/watchtower")]);
  expect((await command("logs", ["pi4-ci/watchtower"])).exitCode).toBe(0);
});

test("logs -f goes on until Ctrl-C, which ends it on the host as well", async () => {
  const line = [...argvOf("logs"), "traefik", "-f"].join(" ");
  const terminal = spawn("script", ["-qec", line, "/dev/null"], {
    cwd: cli.directory,
    env: { ...process.env, ...cli.env },
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(terminal, "exit");
  const follows = (state: "" | "!"): Promise<string> =>
    by("jellyfin", `timeout 60 sh -c 'until ${state} pgrep -f "[d]ocker logs.*--follow"; do sleep 0.2; done'`);
  await follows("");
  terminal.stdin.write("\x03");
  expect(await ended).toEqual([0, null]);
  await follows("!");
});

describe("exec", () => {
  const words = (...args: string[]): string[] => ["postgres", "--", ...args];

  test("passes on arguments, input and the exit code", async () => {
    const select = ["psql", "-U", "woodpecker", "-tA"];
    const asked = await command("exec", words(...select, "-c", "select 'it''s' || ' $HOME'"));
    expect([asked.exitCode, asked.stdout]).toEqual([0, "it's $HOME\n"]);
    const read = await command("exec", words(...select), { input: "select 6 * 7;\n" });
    expect([read.exitCode, read.stdout]).toEqual([0, "42\n"]);
    expect((await command("exec", words("sh", "-c", "exit 7"))).exitCode).toBe(7);
  });

  test("has a terminal where the owner has one", async () => {
    const line = [...argvOf("exec"), ...words("tty")].join(" ");
    const terminal = await run("script", ["-qec", line, "/dev/null"], { cwd: cli.directory, env: cli.env });
    expect([terminal.exitCode, terminal.stdout]).toEqual([0, expect.stringContaining("/dev/pts/")]);
    expect((await command("exec", words("tty"))).stdout).toBe("not a tty\n");
  });
});

test("restart waits until a service works, or shows why it does not", async () => {
  const before = await by("pi4-ci", "docker inspect --format '{{.State.StartedAt}}' registry-ui");
  const well = await command("restart", ["registry-ui"]);
  expect([well.exitCode, well.stdout]).toEqual([
    0,
    expect.stringMatching(/^pi4-ci\/registry-ui was restarted: healthy \d+ s\n$/),
  ]);
  expect(await by("pi4-ci", "docker inspect --format '{{.State.StartedAt}}' registry-ui")).not.toBe(before);

  await by("pi4-ci", "docker exec registry-ui touch /tmp/sick");
  const sick = await command("restart", ["registry-ui"]);
  expect([sick.exitCode, sick.stderr]).toEqual([1, expect.stringMatching(/was restarted and is unhealthy/)]);
  expect((await command("status")).stdout).toContain("registry-ui on pi4-ci is unhealthy -> npm run logs");
  await by("pi4-ci", "docker exec registry-ui rm /tmp/sick");
  expect((await command("restart", ["registry-ui"])).exitCode).toBe(0);
});

test("open prints where a service is", async () => {
  const { exitCode, stdout } = await command("open", ["jellyfin"], { env: { DISPLAY: "", WAYLAND_DISPLAY: "" } });
  const [byRoute, byAddress] = stdout.split("\n");
  expect([exitCode, byRoute]).toEqual([0, "https://jellyfin.homelab.test"]);
  expect((await run("curl", ["-sS", "-o", "/dev/null", byAddress ?? ""])).exitCode).toBe(0);
});

describe("secrets", () => {
  test("--rotate changes a database's password in the database, too, and --show shows it", async () => {
    const former = await command("secrets", ["--show", "POSTGRES_PASSWORD"]);
    expect([former.exitCode, former.stderr]).toEqual([0, ""]);
    expect(await logsIn(former.stdout.trim())).toBe(true);
    const rotated = await command("secrets", ["--rotate", "POSTGRES_PASSWORD"]);
    expect([rotated.exitCode, rotated.stdout]).toEqual([
      0,
      expect.stringContaining("POSTGRES_PASSWORD has a new value in the database pi4-ci/postgres"),
    ]);
    const next = (await command("secrets", ["--show", "POSTGRES_PASSWORD"])).stdout.trim();
    expect(next).not.toBe(former.stdout.trim());
    expect([await logsIn(next), await logsIn(former.stdout.trim())]).toEqual([true, false]);
    expect(rotated.stdout).not.toContain(next);
    expect(await by("pi4-ci", "docker logs postgres 2>&1")).not.toMatch(new RegExp(`${next}|ALTER ROLE`));
  });

  test("--rotate leaves all as it is where the database cannot be reached", async () => {
    const config = await cli.getSecret("POSTGRES_PASSWORD");
    await by("pi4-ci", "docker stop postgres");
    const { exitCode, stderr } = await command("secrets", ["--rotate", "POSTGRES_PASSWORD"]);
    await by("pi4-ci", "docker start postgres");
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("is not running")]);
    expect(await cli.getSecret("POSTGRES_PASSWORD")).toBe(config);
  });

  test("--import takes what is declared", async () => {
    const file = join(cli.directory, "imported.env");
    await writeFile(file, "WOODPECKER_GITHUB_SECRET='from a $file'\nNOBODYS=1\n");
    const { exitCode, stdout } = await command("secrets", ["--import", "imported.env"]);
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(/^set WOODPECKER_GITHUB_SECRET, .*\nNot used:\n {2}NOBODYS: /),
    ]);
    expect(await cli.getSecret("WOODPECKER_GITHUB_SECRET")).toBe("from a $file");
  });

  test("then a deployment takes the new values where they are used", async () => {
    const { exitCode, stdout } = await command("deploy");
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("Everything is done.")]);
    const file = await by("pi4-ci", "cat ~/.homelab/files/woodpecker-server/run/secrets/woodpecker-github-secret");
    expect(file).toBe("from a $file");
  });
});

describe("a service of one host", () => {
  const compose = `services:
  note: {image: "nickfedor/watchtower:1.21.0", command: [--help], restart: "no", volumes: ["pages:/pages"]}
volumes: {pages: {x-stateful: true}}
`;

  test("deploy HOST asks and changes that host alone, also where another is off", async () => {
    await mkdir(join(cli.directory, "my/note"), { recursive: true });
    await writeFile(join(cli.directory, "my/note/compose.yaml"), compose);
    await configure(cli, ["homelab:hosts", "pi5", "services"], ["my/note/compose.yaml"]);
    await by("jellyfin", "docker stop jellyfin");
    await lab.powerOff("pi-zero-2");
    const { exitCode, stdout } = await command("deploy", ["pi5"]);
    await lab.powerOn("pi-zero-2");
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^Only pi5\. As it is stays: .*pi-zero-2\.\n(?!What is declared)[^]*Everything is done on pi5\.$/m,
      ),
    ]);
    expect(await by("pi5", "docker ps -a --format '{{.Names}}'")).toMatch(/^note$/m);
    expect(await by("jellyfin", "docker ps --format '{{.Names}}'")).not.toMatch(/^jellyfin$/m);
    await by("jellyfin", "docker start jellyfin");
  });

  test("remove-service takes out its line; the next deployment removes the container, and never the data", async () => {
    const { exitCode, stdout } = await command("remove-service", ["note"]);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("docker volume rm note_pages")]);
    const deployed = await command("deploy", ["pi5"]);
    expect([deployed.exitCode, deployed.stdout]).toEqual([0, expect.stringContaining("Everything is done on pi5.")]);
    expect(await by("pi5", "docker ps -a --format '{{.Names}}'")).not.toMatch(/^note$/m);
    expect(await by("pi5", "docker volume ls -q")).toMatch(/^note_pages$/m);
    const [, remove = ""] = /: ssh \S+ (docker volume rm \S+)$/m.exec(stdout) ?? [];
    expect(await by("pi5", remove)).toBe("note_pages");
  });
});

test("unlock says that there is nothing to release", async () => {
  const { exitCode, stdout } = await command("unlock");
  expect([exitCode, stdout]).toEqual([0, `The stack ${cli.name} is not locked.\n`]);
});
