import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../scripts/lib/process.js";
import { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { by, commandOn, configure, containers, differing, edit, lab, operate, up } from "./homelab.js";
import { notDone } from "./not-done.js";
import { canBeMadeSick, deployedLab } from "./states.js";

// That `npm run deploy` says what is, and not what the engine took for done. The tests follow each other; each ends with
// a homelab in which everything is done.

jest.setTimeout(1_800_000);
const HOSTS = ["pi5", "pi4-ci", "pi-zero-1", "pi-zero-2"];
let cli: PulumiStack;
beforeAll(async () => {
  cli = await deployedLab(canBeMadeSick, HOSTS);
});

const deploy = (env = {}): ReturnType<typeof commandOn> => commandOn(cli, "deploy", [], env);

async function everythingIsDone(): Promise<void> {
  const { exitCode, output } = await deploy();
  expect([exitCode, output]).toEqual([0, expect.stringContaining("Everything is done.")]);
}

test("a firewall that shuts out who deploys is not done, on any host, and the host itself gives it up at once", async () => {
  await configure(cli, ["homelab:admin"], { from: ["tailnet"] });
  const { exitCode, output } = await deploy();
  expect([exitCode, output]).toEqual([3, expect.stringContaining("Not everything is done")]);
  for (const name of HOSTS) {
    const words = /firewall: lets SSH in from tailscale0, and this machine is \S+ to/;
    expect([name, notDone(output, name)]).toEqual([name, expect.stringMatching(words)]);
  }
  expect(output).toMatch(
    /SSH would be closed to .* from where this is applied\nfirewall: failed, the former state is back/,
  );
  await configure(cli, ["homelab:admin"], undefined);
  await everythingIsDone();
});

describe("a service that does not run", () => {
  const image = "ghcr.io/gethomepage/homepage:v1.12.3";
  const declare = async (more: string): Promise<void> => {
    await mkdir(join(cli.directory, "my"), { recursive: true });
    await writeFile(join(cli.directory, "my/sick.yaml"), `services:\n  sick:\n    image: ${image}\n${more}`);
    await configure(cli, ["homelab:hosts", "pi5", "services"], ["my/sick.yaml"]);
  };
  afterAll(async () => {
    await configure(cli, ["homelab:hosts", "pi5", "services"], undefined);
    await everythingIsDone();
  });

  test("because it ends as often as it is started", async () => {
    await declare(
      "    restart: always\n    entrypoint: [sh, -c, 'sleep 3; exit 1']\n    healthcheck: {disable: true}\n",
    );
    const first = await deploy();
    expect([first.exitCode, notDone(first.output, "pi5")]).toEqual([3, "sick: keeps restarting"]);
    const again = await deploy();
    expect([again.exitCode, notDone(again.output, "pi5")]).toEqual([3, "sick: keeps restarting"]);
    expect(notDone(again.output, "pi4-ci")).toBe("");
  });

  test("because it became unhealthy", async () => {
    await configure(cli, ["homelab:hosts", "pi5", "services"], undefined);
    await by("pi4-ci", "docker exec registry-ui touch /tmp/sick");
    const becomes = async (state: string): Promise<void> => {
      const is = "docker inspect --format '{{.State.Health.Status}}' registry-ui";
      const script = `until [ "$(${is})" = ${state} ]; do sleep 0.2; done`;
      expect(await lab.ssh("pi4-ci", ["sh", "-c", script], { timeoutMs: 60_000 })).toMatchObject({ exitCode: 0 });
    };
    await becomes("unhealthy");
    const { exitCode, output } = await deploy();
    expect([exitCode, notDone(output, "pi4-ci")]).toEqual([3, "registry-ui: unhealthy"]);
    await by("pi4-ci", "docker exec registry-ui rm /tmp/sick");
    await becomes("healthy");
  });
});

test("another host key costs only its host", async () => {
  const hostKey = await lab.hostKey("pi4-ci");
  await configure(cli, ["homelab:hosts", "pi-zero-1", "hostKey"], hostKey);
  await edit(cli, "stacks/nas/compose.yaml", "LOG_TARGETS: stdout", "LOG_TARGETS: stdout\n      CHANGED: by-a-test");
  const before = await containers(HOSTS);
  const { exitCode, output } = await deploy();
  expect([exitCode, notDone(output, "pi5")]).toEqual([3, ""]);
  expect(notDone(output, "pi-zero-1")).toMatch(/^wrong host key: .*npm run bootstrap -- pi-zero-1 --stack lab$/);
  expect(differing(before, await containers(HOSTS))).toEqual(["pi5/homepage"]);
  expect(
    Math.max(
      ...output
        .split("\n")
        .filter((line) => line.startsWith("│"))
        .map((line) => line.length),
    ),
  ).toBeLessThan(140);
  const preview = await run(join(__dirname, "../../node_modules/.bin/pulumi"), ["preview", "--stack", cli.name], {
    cwd: cli.directory,
    env: cli.env,
  });
  expect([preview.exitCode, preview.stdout]).toEqual([
    expect.any(Number),
    expect.stringContaining("HAS ANOTHER HOST KEY"),
  ]);
  await configure(cli, ["homelab:hosts", "pi-zero-1", "hostKey"], await lab.hostKey("pi-zero-1"));
  expect(preview.exitCode).not.toBe(0);
  await everythingIsDone();
});

describe("an ssh-agent with more keys than a host lets try", () => {
  const keys = join(lab.dir, "many-keys");
  const socket = join(keys, "agent");
  const many = { SSH_AUTH_SOCK: socket };
  let agent: ReturnType<typeof spawn>;
  beforeAll(async () => {
    await rm(keys, { recursive: true, force: true });
    await mkdir(keys, { mode: 0o700 });
    agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    while (!existsSync(socket)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (let i = 0; i < 8; i++) {
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(keys, `k${i}`)]);
      await run("ssh-add", [join(keys, `k${i}`)], { env: many });
    }
    await run("ssh-add", [join(lab.dir, "keys/id_lab")], { env: many });
  });
  afterAll(async () => {
    agent.kill();
    await rm(keys, { recursive: true });
  });

  test("is named, with what helps", async () => {
    const drift = await commandOn(cli, "drift", ["--json"], many);
    expect(drift.exitCode).toBe(3);
    expect(drift.output).toMatch(/"too many keys"/);
    expect(drift.output).toMatch(/export HOMELAB_SSH_KEY=/);
  });

  test("does no harm where the key is named, to the probe, the commands and Docker", async () => {
    const named = { ...many, HOMELAB_SSH_KEY: join(lab.dir, "keys/id_lab.pub") };
    expect((await commandOn(cli, "drift", [], named)).output).toContain("Nothing differs");
    await lab.root("pi5", ["ufw", "allow", "4711/tcp"]);
    await by("pi5", "docker rm --force homepage");
    const { exitCode, output } = await deploy(named);
    expect([exitCode, output]).toEqual([0, expect.stringContaining("Everything is done.")]);
  });
});

test("a lock whose process is gone is called a stale one, with what releases it", async () => {
  const locks = join(lab.dir, `backend/.pulumi/locks/organization/homelab/${cli.name}`);
  await mkdir(locks, { recursive: true });
  const lock = {
    pid: 4194305,
    username: "root",
    hostname: (await run("hostname", [])).stdout.trim(),
    timestamp: new Date(),
  };
  await writeFile(join(locks, "0d4c1f3e-0000-4000-8000-000000000000.json"), JSON.stringify(lock));
  const { exitCode, output } = await deploy();
  expect([exitCode, output]).toEqual([1, expect.stringContaining("is gone. Release it, then deploy again")]);
  expect(output).toContain("npm run unlock -- --stack lab");
  const unlock = await commandOn(cli, "unlock");
  expect([unlock.exitCode, unlock.output]).toEqual([
    0,
    expect.stringMatching(/locked by root on .* 4194305, .*\nReleased/),
  ]);
  expect(await readdir(locks)).toEqual([]);
});

describe("where the state is lost", () => {
  const lose = async (): Promise<void> => {
    await rm(join(lab.dir, "backend"), { recursive: true });
    await mkdir(join(lab.dir, "backend"), { mode: 0o700 });
    await new PulumiStack(cli.directory, cli.name, cli.env).selectOrCreate();
  };

  test("the next deployment goes on with the copy that a host keeps, and recreates nothing", async () => {
    const before = await containers(HOSTS);
    await lose();
    const { exitCode, output } = await deploy();
    expect([exitCode, output]).toEqual([
      0,
      expect.stringMatching(/has no state, and \S+ keeps a copy of .* continues from there/),
    ]);
    expect(differing(before, await containers(HOSTS))).toEqual([]);
    expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
  });

  test("another passphrase does not open the copy, and the way on is said", async () => {
    await lose();
    const { exitCode, output } = await deploy({ PULUMI_CONFIG_PASSPHRASE: "another one" });
    expect([exitCode, output]).toEqual([
      1,
      expect.stringMatching(/which the engine rejects[\s\S]*npm run deploy -- --recover[\s\S]* --no-copy/),
    ]);
    await everythingIsDone();
  });
});

const stackFile = (): string => `Pulumi.${cli.name}.yaml`;

test("a host under another name is refused, until the command has renamed it; all that does not carry it runs on", async () => {
  const before = await containers(HOSTS);
  await edit(cli, stackFile(), /^( +)pi4-ci:/m, "$1forge:");
  for (const name of ["check", "deploy"]) {
    const { exitCode, output } = await commandOn(cli, name);
    expect([name, exitCode, output]).toEqual([name, 1, expect.stringMatching(/npm run rename -- .*pi4-ci forge/)]);
  }
  expect((await commandOn(cli, "rename", ["pi4-ci", "forge"])).exitCode).toBe(0);
  await everythingIsDone();
  expect(await by("pi4-ci", "hostname")).toBe("forge");
  expect(differing(before, await containers(HOSTS))).toEqual(["pi4-ci/woodpecker-agent"]);
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
});

describe("a service that moves to another host", () => {
  const DATA = "cd /var/lib/docker/volumes/wiki_pages/_data";
  const list = "find . -printf '%p %y %m %U:%G %l\\n' | sort; find . -type f -exec sha256sum {} + | sort";
  const dataOn = async (host: string): Promise<string> =>
    (await lab.root(host, ["sh", "-c", `${DATA} && { ${list}; }`])).stdout;

  test("is told that its data do not, and takes them along by the command", async () => {
    await mkdir(join(cli.directory, "my"), { recursive: true });
    const service =
      "{image: 'ghcr.io/gethomepage/homepage:v1.12.3', entrypoint: [sleep, inf], volumes: ['pages:/pages']";
    const wiki = `services:\n  wiki: ${service}, init: true, healthcheck: {disable: true}}\nvolumes: {pages: }\n`;
    await writeFile(join(cli.directory, "my/wiki.yaml"), wiki);
    await configure(cli, ["homelab:hosts", "pi5", "services"], ["my/wiki.yaml"]);
    await everythingIsDone();
    const fill =
      "chown 12:34 . && chmod 2750 . && mkdir -p d/e && head -c 300000 /dev/urandom > d/e/f && chown 56:78 d/e/f && " +
      "chmod 4711 d/e/f && ln d/e/f hard && ln -s ../none d/soft && echo x > 'a b$c'";
    await lab.root("pi5", ["sh", "-c", `${DATA} && ${fill}`]);
    const data = await dataOn("pi5");
    await configure(cli, ["homelab:hosts", "pi5", "services"], undefined);
    await configure(cli, ["homelab:hosts", "forge", "services"], ["my/wiki.yaml"]);
    expect((await operate(cli, "preview")).output).toMatch(
      /data are REMOVED from pi5: volume wiki_pages -> .* wiki pi5 forge/,
    );

    const move = await commandOn(cli, "move", ["wiki", "pi5", "forge", "--yes"]);
    expect([move.exitCode, move.output]).toEqual([
      0,
      expect.stringMatching(/Everything is done\.\nKept on pi5: wiki_pages/),
    ]);
    expect([data, await dataOn("pi5")]).toEqual([expect.stringContaining("./d/e/f f 4711 56:78"), data]);
    expect(await dataOn("pi4-ci")).toBe(data);
    expect(await by("pi4-ci", "docker exec wiki cat '/pages/a b$c'")).toBe("x");
  });

  test("leaves its old copy until that is removed", async () => {
    const remove = await commandOn(cli, "move", ["wiki", "pi5", "forge", "--remove-old-copy", "--yes"]);
    expect([remove.exitCode, remove.output]).toEqual([0, "Removed on pi5: wiki_pages.\n"]);
    expect(await by("pi5", "docker volume ls -q --filter name=wiki_pages")).toBe("");
    expect(await by("pi4-ci", "docker volume ls -q --filter name=wiki_pages")).toBe("wiki_pages");
    await everythingIsDone();
  });
});

test("a host that is declared no longer, and is off, has a row with the command that forgets it", async () => {
  await lab.powerOff("pi-zero-2");
  await configure(cli, ["homelab:hosts", "pi-zero-2"], undefined);
  const { exitCode, output } = await deploy();
  expect([exitCode, notDone(output, "pi-zero-2")]).toEqual([
    3,
    expect.stringMatching(/no longer declared: .*npm run forget -- pi-zero-2 --stack lab$/),
  ]);
  const args = ["pi-zero-2", "--yes"];
  expect((await commandOn(cli, "forget", args)).exitCode).toBe(0);
  await everythingIsDone();
  // and it is, also for the engine
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
});
