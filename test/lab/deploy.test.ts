import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareProject } from "../../lab/project.js";
import { summaries } from "../../lab/stack.js";
import { run } from "../../scripts/lib/process.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { configure, containers, differing, edit, lab, operate, projectWithOwnStacks, UP, up } from "./homelab.js";
import { freshLab } from "./states.js";

// The real engine runs the real program against the lab's hosts. The tests follow each other: each begins with the
// homelab that the one before left, in sync.

jest.setTimeout(1_800_000);
let cli: PulumiStack;
/** A host that the lab can boot and does not by itself. */
const SPARE = "pi-zero-3";

beforeAll(async () => {
  await freshLab();
  cli = await prepareProject(lab);
});

test("up from nothing: every service runs, is healthy if it can say so, and answers where the outputs say", async () => {
  const { changes } = await up(cli);
  expect(Object.keys(changes)).toEqual(["created"]);

  const running = Object.values(await containers()).map(({ state }) => state);
  expect(new Set(running)).toEqual(new Set(["running healthy"]));

  const hosts = Object.values(await summaries(cli));
  expect(hosts.map(({ role }) => role).sort()).toEqual(["agent", "agent", "ci", "media", "nas"]);
  const urls = hosts.flatMap(({ services }) => Object.values(services).flatMap((service) => service.urls));
  expect(urls.length).toBeGreaterThanOrEqual(9);
  await Promise.all(
    urls.map(async (url) => {
      const options = "--silent --show-error --insecure --max-time 10 --output /dev/null".split(" ");
      const { exitCode, stderr } = await run("curl", [...options, url]);
      expect([url, exitCode, stderr]).toEqual([url, 0, ""]);
    }),
  );
});

test("Traefik's host has a certificate for every name, and Traefik and the dashboard know the services of all hosts", async () => {
  const tls = "/var/lib/homelab-tls";
  const verify = ["openssl", "verify", "-CAfile", `${tls}/root.crt`, `${tls}/server.crt`];
  expect(await lab.ssh("jellyfin", verify)).toMatchObject({ exitCode: 0 });
  expect((await lab.ssh("jellyfin", ["cat", `${tls}/server.key`])).exitCode).not.toBe(0);
  const inContainer = async (host: string, container: string, file: string): Promise<string> =>
    (await lab.ssh(host, ["docker", "exec", container, "cat", file])).stdout;
  const routes = await inContainer("jellyfin", "traefik", "/etc/traefik/dynamic/routes.yaml");
  expect(routes).toContain(`url: https://${lab.host("pi5").address}:9443`);
  expect(await inContainer("jellyfin", "traefik", "/etc/traefik/tls/server.key")).toContain("PRIVATE KEY");
  expect(await inContainer("pi5", "homepage", "/app/config/services.yaml")).toMatch(
    new RegExp(`- Jellyfin:\\n +icon: jellyfin.png\\n +href: http://${lab.host("jellyfin").address}:8096\\n`),
  );
});

test("every port that is published for the LAN takes connections from it", async () => {
  const hosts = Object.values(await summaries(cli));
  const published = hosts.flatMap(({ address, openings }) =>
    openings
      .filter(({ kind, from }) => kind === "published" && from.includes("lan"))
      .map(({ port }) => ({ address, port: port ?? 0 })),
  );
  expect(published.length).toBeGreaterThanOrEqual(12);
  await Promise.all(
    published.map(async ({ address, port }) => {
      const socket = connect(port, address);
      await once(socket, "connect");
      socket.destroy();
    }),
  );
});

test("again: 0 changes", async () => {
  const { changes } = await up(cli);
  expect(Object.keys(changes)).toEqual(["unchanged"]);
});

test("a preview needs no key and leaves every container as it was", async () => {
  const before = await containers();
  const { changes, exitCode } = await operate(cli, "preview", { env: { SSH_AUTH_SOCK: "" } });
  expect([exitCode, Object.keys(changes)]).toEqual([0, ["unchanged"]]);
  expect(await containers()).toEqual(before);
});

test("a refresh finds nothing to set right", async () => {
  const { changes } = await operate(cli, "preview", { refresh: true });
  expect(Object.keys(changes)).toEqual(["unchanged"]);
});

test("from a second clone in another folder with another agent: 0 changes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "second clone "));
  const clone = join(folder, "homelab");
  const socket = join(folder, "agent.sock");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "pipe" });
  try {
    await once(agent.stdout, "data");
    await run("ssh-add", ["-q", join(lab.dir, "keys/id_lab")], { env: { SSH_AUTH_SOCK: socket } });
    await run("git", ["clone", "--quiet", PROGRAM, clone]);
    await symlink(join(PROGRAM, "node_modules"), join(clone, "node_modules"));
    const second = await prepareProject(lab, { program: clone });
    const { changes } = await operate(second, "up", { env: { SSH_AUTH_SOCK: socket } });
    expect(Object.keys(changes)).toEqual(["unchanged"]);
  } finally {
    agent.kill();
    await rm(folder, { recursive: true });
    cli = await projectWithOwnStacks();
  }
});

test("no private key and no secret in plain text is in the state", async () => {
  const state = await readFile(join(lab.dir, "backend/.pulumi/stacks/homelab/lab.json"), "utf8");
  expect(state).not.toContain("PRIVATE KEY");
  const shown = JSON.parse(await cli.must(["config", "get", "--path", "homelab:secrets"])) as Record<string, string>;
  expect(Object.keys(shown).length).toBeGreaterThan(5);
  for (const [name, value] of Object.entries(shown)) {
    expect([name, state.includes(value)]).toEqual([name, false]);
  }
});

test("a changed environment variable and a changed file replace exactly their container, a live one none; a replaced database keeps its data", async () => {
  const sql = (query: string): ReturnType<typeof lab.ssh> =>
    lab.ssh("pi4-ci", ["docker", "exec", "postgres", "psql", "-U", "woodpecker", "-d", "woodpecker", "-tAc", query]);
  expect((await sql("CREATE TABLE kept AS SELECT 42 AS answer")).exitCode).toBe(0);
  const before = await containers();
  await edit(cli, "stacks/nas/compose.yaml", /(WATCHTOWER_CLEANUP: .*\n)/, "$1      CHANGED: by-a-test\n");
  await edit(cli, "stacks/nas/glances/glances.conf", /$/, "\n# changed by a test\n");
  await edit(cli, "stacks/nas/homepage/settings.yaml", /$/, "\n# changed by a test\n");
  await edit(cli, "stacks/ci/compose.yaml", /(image: postgres[\s\S]*?environment:\n)/, '$1      CHANGED: "1"\n');
  const { changes } = await up(cli);
  expect(changes).toMatchObject({ replaced: 3 });
  expect(differing(before, await containers())).toEqual(["pi4-ci/postgres", "pi5/glances", "pi5/watchtower"]);
  const { stdout } = await lab.ssh("pi5", ["docker", "exec", "homepage", "cat", "/app/config/settings.yaml"]);
  expect(stdout).toContain("# changed by a test");
  expect((await sql("SELECT answer FROM kept")).stdout.trim()).toBe("42");
});

test("one more Pi Zero touches only itself and the firewall that lets it in, and takes its containers along when it goes", async () => {
  const before = await containers();
  await lab.addHost(SPARE);
  cli = await prepareProject(lab);
  const { output } = await up(cli);
  expect(differing(before, await containers())).toEqual([`${SPARE}/woodpecker-agent`]);
  expect(touched(output)).toEqual(["pi4-ci", SPARE]);
  expect(output.match(/ pi4-ci\/\S+ updated/g)).toEqual([" pi4-ci/setting/firewall updated"]);

  await configure(cli, ["homelab:hosts", SPARE], undefined);
  await up(cli);
  expect(differing(before, await containers())).toEqual([]);
  await lab.removeHost(SPARE);
});

test("a host that is off costs only itself, and the result names it", async () => {
  const before = await containers();
  await lab.powerOff("pi-zero-1");
  await edit(
    cli,
    "stacks/agent/compose.yaml",
    "WOODPECKER_MAX_WORKFLOWS:",
    'CHANGED: "1"\n      WOODPECKER_MAX_WORKFLOWS:',
  );
  await edit(cli, "stacks/nas/compose.yaml", "CHANGED: by-a-test", "CHANGED: again");
  const { output } = await up(cli);
  expect(output).toMatch(/pi-zero-1 \(\S+\) cannot be reached: .*\. It is left as it is/);
  expect(Object.keys((await cli.outputs())["notDone"] as object)).toEqual(["pi-zero-1"]);

  const others = lab.hosts.map(({ name }) => name).filter((name) => name !== "pi-zero-1");
  const changed = differing(before, await containers(others)).filter((name) => !name.startsWith("pi-zero-1/"));
  expect(changed).toEqual(["pi-zero-2/woodpecker-agent", "pi5/watchtower"]);

  await lab.powerOn("pi-zero-1");
  await up(cli);
  expect(differing(before, await containers())).toEqual([...changed, "pi-zero-1/woodpecker-agent"].sort());
});

test("a host whose Docker is gone fails by itself, and so does a container that does not become healthy: the result names both", async () => {
  const before = await containers();
  const file = "stacks/ci/compose.yaml";
  const former = await readFile(join(cli.directory, file), "utf8");
  const sick = '[CMD, "false"]\n      interval: 1s\n      retries: 1\n      start_period: 0s';
  await edit(cli, file, /(registry-ui:[\s\S]*?test: )\[.*\]/, `$1${sick}`);
  await edit(cli, "stacks/agent/compose.yaml", 'CHANGED: "1"', 'CHANGED: "2"');
  // Docker does not start any more while SSH still answers: as a host looks whose disk or memory gives out.
  const dropIn = "/run/systemd/system/docker.service.d";
  const broken = `mkdir ${dropIn} && printf '[Service]\\nExecStartPre=/bin/false\\n' >${dropIn}/x.conf && systemctl daemon-reload`;
  await lab.root("pi-zero-2", ["sh", "-c", `${broken} && systemctl stop docker.socket docker.service`]);
  const { exitCode, output } = await operate(cli, "up");
  expect(exitCode).not.toBe(0);
  expect(output).toContain("pi-zero-2/setting/docker");
  expect(output).toMatch(/pi4-ci: registry-ui did not come up. The end of its log:\n\s*\S/);
  const [there, changed] = [["pi-zero-1", "pi5", "jellyfin"], ["pi-zero-1/woodpecker-agent"]];
  const after = await containers(there);
  expect(differing(before, after).filter((name) => there.some((host) => name.startsWith(`${host}/`)))).toEqual(changed);

  // A deployment starts it again as soon as it can.
  await lab.root("pi-zero-2", ["sh", "-c", `rm -r ${dropIn} && systemctl daemon-reload`]);
  await edit(cli, file, /[\s\S]*/, former);
  const { changes } = await up(cli);
  expect(changes).toMatchObject({ replaced: 2 });
  const healed = ["pi-zero-1/woodpecker-agent", "pi-zero-2/woodpecker-agent", "pi4-ci/registry-ui"];
  expect(differing(before, await containers())).toEqual(healed);
});

test("Ctrl-C in the middle, then up: it converges", async () => {
  await edit(cli, "stacks/nas/compose.yaml", /TZ: \$\{TIMEZONE\}/g, 'TZ: ${TIMEZONE}\n      INTERRUPTED: "1"');
  const child = spawn(join(PROGRAM, "node_modules/.bin/pulumi"), [...UP, "--stack", cli.name, "--non-interactive"], {
    cwd: cli.directory,
    env: { ...process.env, ...cli.env },
    detached: true,
  });
  const closed = once(child, "close"); // not exit: the CLI proper outlives npm's wrapper
  child.stderr.resume();
  let interrupted = false;
  child.stdout.on("data", (chunk: Buffer) => {
    if (!interrupted && chunk.includes("creating replacement") && child.pid !== undefined) {
      interrupted = true;
      process.kill(-child.pid, "SIGINT"); // to the whole group, as a terminal does
    }
  });
  await closed;
  expect(interrupted).toBe(true);
  await up(cli);
  const states = Object.values(await containers()).map(({ state }) => state);
  expect(new Set(states)).toEqual(new Set(["running healthy"]));
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
});

test("a service of one's own runs beside the role's, and a container that is not ours is never removed", async () => {
  const image = "ghcr.io/gethomepage/homepage:v1.12.3";
  await mkdir(join(cli.directory, "my"), { recursive: true });
  await writeFile(
    join(cli.directory, "my/wiki.yaml"),
    `services:\n  wiki:\n    image: ${image}\n    volumes: ["data:/d"]\nvolumes:\n  data: {x-stateful: true}\n`,
  );
  await lab.ssh("pi5", ["docker", "run", "--detach", "--no-healthcheck", "--name", "wiki", image]);
  const before = await containers();
  await configure(cli, ["homelab:hosts", "pi5", "services"], ["my/wiki.yaml"]);

  const { exitCode, output } = await operate(cli, "up");
  expect(exitCode).not.toBe(0);
  expect(output).toContain("pi5 already has a container wiki that this program did not create, so it is left alone.");
  expect(await containers()).toEqual(before);

  await lab.ssh("pi5", ["docker", "rename", "wiki", "wiki-before"]);
  await up(cli);
  expect(differing(before, await containers())).toEqual(["pi5/wiki", "pi5/wiki-before"]);

  await configure(cli, ["homelab:hosts", "pi5", "services"], undefined);
  expect((await up(cli)).output).toMatch(/pi5\/volume\/wiki_data deleted .*\[retain\]/);
  expect((await lab.ssh("pi5", ["docker", "volume", "rm", "wiki_data"])).exitCode).toBe(0);
  expect(Object.keys(await containers())).toEqual(expect.arrayContaining(["pi5/wiki-before"]));
  expect(Object.keys(await containers())).not.toContain("pi5/wiki");
  await lab.ssh("pi5", ["docker", "rm", "--force", "wiki-before"]);
});

test("destroy leaves nothing of ours but the volumes marked stateful", async () => {
  const { exitCode, output } = await operate(cli, "destroy");
  expect([exitCode, exitCode === 0 ? "" : output]).toEqual([0, ""]);
  expect(await containers()).toEqual({});
  const left = await Promise.all(
    lab.hosts.map(async ({ name }) => {
      const script = "docker network ls -q --filter type=custom; docker images -q; ls -d .homelab 2>/dev/null || true";
      return (await lab.ssh(name, ["sh", "-c", script])).stdout;
    }),
  );
  expect(left.join("")).toBe("");
  const volumes = await Promise.all(
    lab.hosts.map(
      async ({ name }) => (await lab.ssh(name, ["docker", "volume", "ls", "--format", "{{.Name}}"])).stdout,
    ),
  );
  expect(volumes.join("").trim().split("\n").sort()).toEqual([
    "ci_postgres-data",
    "ci_registry-data",
    "media_jellyfin-config",
    "media_seerr-config",
    "nas_duplicati-data",
    "nas_portainer-data",
  ]);
});

/** Names of the hosts of which a deployment touched a resource. */
function touched(output: string): string[] {
  const names = lab.hosts.map(({ name }) => name);
  const changed = output
    .split("\n")
    .filter((line) => /^\s*[-+~]+\s/.test(line) && !line.includes("pulumi:pulumi:Stack"));
  return names.filter((name) => changed.some((line) => line.includes(` ${name}/`)));
}
