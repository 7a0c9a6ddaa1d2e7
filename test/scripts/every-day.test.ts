import { X509Certificate } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PROTOCOL } from "../../model/helper.js";
import { run } from "../../scripts/lib/process.js";
import type { RunOptions, RunResult } from "../../scripts/lib/process.js";
import { argvOf, PROGRAM } from "../../scripts/lib/project.js";
import { COMPOSE_FILES, container, reportOf, TWO_HOSTS } from "./homelab.js";

// The commands themselves, in a project of the owner's own with one stack. ssh and Docker are played: the one runs what it
// is told on this machine, the other notes how it is called.

const DOCKER = `#!/bin/sh
for word; do printf '<%s>' "$word"; done >>"$FAKE_SSH/docker"
echo >>"$FAKE_SSH/docker"
case $1 in
  logs) echo "out of $*"; echo "err of $*" >&2 ;;
  exec) cat; exit "\${EXIT:-0}" ;;
  restart) [ ! -e "$FAKE_SSH/stubborn" ] || { echo "Error response from daemon: cannot restart" >&2; exit 1; } ;;
esac
`;
const PROBE = '#!/bin/sh\ncat "$FAKE_SSH/report"\n';

jest.setTimeout(60_000);
let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "every-day-"));
  const files = Object.entries({
    ...COMPOSE_FILES,
    "Pulumi.yaml": `name: homelab\nmain: ${PROGRAM}\n`,
    "Pulumi.test.yaml": TWO_HOSTS,
    "bin/docker": DOCKER,
    "bin/probe": PROBE,
  });
  for (const [path, text] of files) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
  await Promise.all(["docker", "probe"].map((program) => chmod(join(project, "bin", program), 0o755)));
});
afterEach(() => rm(project, { recursive: true }));

function command(name: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const path = [join(project, "bin"), join(PROGRAM, "test/hosts/bin"), process.env["PATH"] ?? ""].join(":");
  const [node, ...script] = argvOf(name);
  return run(node, [...script, ...args], {
    ...options,
    cwd: project,
    env: { PATH: path, FAKE_SSH: project, DISPLAY: "", WAYLAND_DISPLAY: "", ...options.env },
  });
}

const dockerCalls = (): Promise<string> => readFile(join(project, "docker"), "utf8");
const report = (more: Parameters<typeof container>[1]): Promise<void> =>
  writeFile(
    join(project, "report"),
    JSON.stringify({ protocol: PROTOCOL, ...reportOf([container("homepage", more), container("watchtower")]) }),
  );

test("logs prints what the container wrote, where it wrote it", async () => {
  const { exitCode, stdout, stderr } = await command("logs", ["homepage", "--since", "it's 1h; reboot", "-n", "5"]);
  expect(await dockerCalls()).toBe("<logs><--tail=5><--since=it's 1h; reboot><homepage>\n");
  expect([exitCode, stdout, stderr]).toEqual([
    0,
    expect.stringMatching(/^out of logs/),
    expect.stringMatching(/^err of logs/),
  ]);
});

test("logs of a name that several hosts have, or none, is refused with the names", async () => {
  const several = await command("logs", ["watchtower"]);
  expect([several.exitCode, several.stderr]).toEqual([
    1,
    'Several hosts have a service "watchtower". Write one of: pi5/watchtower, jellyfin/watchtower\n',
  ]);
  expect((await command("logs", ["jellyfin/watchtower"])).exitCode).toBe(0);
  expect((await command("logs", ["homepagge"])).stderr).toBe('There is no service "homepagge": write "homepage"\n');
  expect((await command("logs", ["homepage", "-n", "few"])).stderr).toContain("It must be a number, or all.");
});

test("exec passes on arguments, input, output and the exit code as they are", async () => {
  const words = ["psql", "-c", "select 'a b' || \"$X\"; -- `id`", ""];
  const { exitCode, stdout } = await command("exec", ["homepage", "--", ...words], {
    input: "typed\nin",
    env: { EXIT: "255" }, // as ssh itself ends where there is no connection
  });
  expect([exitCode, stdout]).toEqual([255, "typed\nin"]);
  expect(await dockerCalls()).toBe(`<exec><--interactive><homepage>${words.map((it) => `<${it}>`).join("")}\n`);
});

test("a host that cannot be reached is said, with what to do", async () => {
  await writeFile(join(project, "gone"), "");
  for (const args of [
    ["logs", "homepage"],
    ["exec", "homepage", "--", "true"],
    ["restart", "homepage"],
  ]) {
    const [name = "", ...rest] = args;
    const { exitCode, stdout, stderr } = await command(name, rest);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^pi5 \(192\.168\.1\.100\) cannot be reached: ssh: connect to host: No route to host\.\n-> /,
    );
  }
});

test("restart says how the service is afterwards", async () => {
  await report({ health: "healthy", upSeconds: 4 });
  const { exitCode, stdout } = await command("restart", ["homepage"]);
  expect([exitCode, stdout]).toEqual([0, "pi5/homepage was restarted: healthy 4 s\n"]);
  expect(await dockerCalls()).toBe("<restart><homepage>\n");
});

test("restart names what shares the network of a service in a command of its own, since Docker restarts side by side", async () => {
  const compose = join(project, "stacks/nas/compose.yaml");
  const passengers = ["one", "two"].map((it) => `  ${it}: {image: "busybox:1.37", network_mode: "service:homepage"}\n`);
  await writeFile(compose, `${COMPOSE_FILES["stacks/nas/compose.yaml"]}${passengers.join("")}`);
  await report({ health: "healthy", upSeconds: 4 });
  expect(await command("restart", ["homepage"])).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await dockerCalls()).toBe("<restart><homepage>\n<restart><one><two>\n");
});

test("restart shows the last log lines of a service that does not come up, and fails", async () => {
  await report({ health: "unhealthy", upSeconds: 60 });
  const { exitCode, stdout, stderr } = await command("restart", ["homepage"]);
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining("out of logs --tail=20 homepage")]);
  expect(stderr).toContain("pi5/homepage was restarted and is unhealthy 60 s. Its last log lines are above.");
});

test("restart that Docker refuses is said in Docker's words", async () => {
  await writeFile(join(project, "stubborn"), "");
  const { exitCode, stderr } = await command("restart", ["homepage"]);
  expect([exitCode, stderr]).toEqual([1, "pi5: Error response from daemon: cannot restart\n"]);
});

test("trust writes the root certificate in the forms that devices take", async () => {
  const compose = join(project, "stacks/media/compose.yaml");
  const mounted = "    volumes: [/var/lib/homelab-tls:/etc/traefik/tls:ro]\n";
  await writeFile(
    compose,
    COMPOSE_FILES["stacks/media/compose.yaml"]?.replace(/ {4}image: traefik.*\n/, `$&${mounted}`) ?? "",
  );
  const cat = '#!/bin/sh\n[ "$1" = /var/lib/homelab-tls/root.crt ] || exec /bin/cat "$@"\nexec /bin/cat root.pem\n';
  await writeFile(join(project, "bin/cat"), cat, { mode: 0o755 });
  const request =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout /dev/null -out root.pem";
  await run("openssl", [...request.split(" "), "-subj", "/CN=Homelab example.org"], { cwd: project });

  const { exitCode, stdout, stderr } = await command("trust", []);
  expect([exitCode, stderr]).toEqual([0, ""]);
  const certificate = new X509Certificate(await readFile(join(project, "homelab-root.crt")));
  expect(stdout).toContain(certificate.fingerprint256);
  expect(stdout).toContain("it may sign for example.org and the LAN alone");
  const profile = await readFile(join(project, "homelab-root.mobileconfig"), "utf8");
  const [, data = ""] = /<data>(.*)<\/data>/.exec(profile) ?? [];
  expect(Buffer.from(data, "base64")).toEqual(certificate.raw);
  expect(profile).toContain("<string>homelab.org.example.root</string>");

  await writeFile(join(project, "root.pem"), "nothing");
  expect((await command("trust", [])).stderr).toBe(
    "jellyfin: /var/lib/homelab-tls/root.crt is not a certificate. Deploy again, and the host makes another.\n",
  );
});

test("open prints the URLs of a service, and says where there is none", async () => {
  expect(await command("open", ["player"])).toMatchObject({
    exitCode: 0,
    stdout: "https://player.example.org\nhttps://tv.example.org\n",
  });
  expect(await command("open", ["job"])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("pi5/job has no page") as string,
  });
});

test("status reads what the hosts report, as a table and as data", async () => {
  await report({ health: "healthy", upSeconds: 90 });
  const [table, json] = await Promise.all([command("status", []), command("status", ["--json"])]);
  expect([table.exitCode, table.stdout]).toEqual([2, expect.stringMatching(/^HOST .*\npi5 +homepage +healthy 90 s/)]);
  const { hosts } = JSON.parse(json.stdout) as { hosts: { services: object[] }[] };
  expect(hosts[0]?.services[0]).toMatchObject({ service: "homepage", state: "healthy", upSeconds: 90 });
});

test("update writes a version into the Compose file that declares the service, and asks no registry that is off", async () => {
  const path = join(project, "stacks/nas/compose.yaml");
  const before = (await readFile(path, "utf8")).replace("homepage:1.0", "127.0.0.1:1/homepage:1.0");
  await writeFile(path, before);
  const newest = await command("update", ["homepage"]);
  expect([newest.exitCode, newest.stderr]).toEqual([1, "Nothing was changed: 127.0.0.1:1 is not reachable.\n"]);
  const { exitCode, stdout } = await command("update", ["homepage", "1.1"]);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining("homepage has 127.0.0.1:1/homepage:1.1, and had ")]);
  expect(await readFile(path, "utf8")).toBe(before.replace("homepage:1.0", "homepage:1.1"));
});

test("update keeps the files alike that declare a service in the same words", async () => {
  const config = TWO_HOSTS.replace("role: nas,", "role: nas, services: [stacks/media/compose.yaml],").replace(
    / {4}jellyfin: .*\n/,
    "",
  );
  await writeFile(join(project, "Pulumi.test.yaml"), config);
  const files = ["stacks/nas/compose.yaml", "stacks/media/compose.yaml"];
  for (const file of files) {
    const text = (COMPOSE_FILES[file] ?? "").replace("restart: always}", "restart: always, networks: [updates]}");
    await writeFile(join(project, file), `${text}networks: {updates: }\n`);
  }
  const { exitCode, stdout, stderr } = await command("update", ["watchtower", "1.1"]);
  expect([exitCode, stderr, stdout]).toEqual([
    0,
    "",
    expect.stringContaining("stacks/media/compose.yaml: the same, since it runs once"),
  ]);
  for (const file of files) {
    expect(await readFile(join(project, file), "utf8")).toContain("watchtower:1.1");
  }
});

test("the help of a command has its example", async () => {
  const { exitCode, stdout } = await command("logs", ["--help"]);
  expect([exitCode, stdout]).toEqual([
    0,
    expect.stringMatching(/\nExamples:\n {2}npm run logs -- jellyfin -f {2,}follow it\n/),
  ]);
});

test.each(["status", "logs", "restart", "exec", "open", "outdated", "update", "unlock", "secrets"])(
  "%s has an example",
  async (name) => {
    const source = await readFile(join(PROGRAM, `scripts/${name}/command.ts`), "utf8");
    expect(source).toMatch(new RegExp(`examples\\(\\s*\\[\\s*"npm run ${name}`));
  },
);
