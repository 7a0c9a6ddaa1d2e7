import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { by, commandOn, configure, containers, differing, edit, lab, operate, up } from "./homelab.js";
import { deployedLab } from "./states.js";

// The engine takes for granted that what is in its state is on the hosts. Where it is not, or could not be made, that is
// said, and healed; and what could not be replaced runs on. The tests follow each other.

jest.setTimeout(1_800_000);
const HOSTS = ["pi5", "pi4-ci", "jellyfin", "pi-zero-1"];
let cli: PulumiStack;
beforeAll(async () => {
  cli = await deployedLab(undefined, HOSTS);
});

const SEERR = "ghcr.io/seerr-team/seerr:v3.2.0";
const CONFIG = "registry/etc/distribution/config.yml";
const PASSWORD = "postgres/run/secrets/postgres-password";

/** What goes from the hosts, how, and what is said of it. */
const LOST: readonly (readonly [host: string, how: string, ...said: string[]])[] = [
  [
    "jellyfin",
    "docker rm --force seerr && rm --force .homelab/containers/seerr.json",
    "seerr on jellyfin: is not there",
  ],
  ["jellyfin", "docker volume rm media_seerr-config", "volume media_seerr-config on jellyfin: is not there"],
  ["jellyfin", `docker rmi --force ${SEERR}`, `image ${SEERR} on jellyfin: is not there`],
  [
    "pi4-ci",
    `cd .homelab/files && chmod u+w ${CONFIG} && echo '# by hand' >>${CONFIG}`,
    `file ${CONFIG} on pi4-ci: changed by hand`,
  ],
  ["pi4-ci", `rm --force .homelab/files/${PASSWORD}`, `file ${PASSWORD} on pi4-ci: removed by hand`],
  // Containers, and the networks of which two have one container in them, are there, and nobody knows whose they are.
  ["pi5", "chmod -R u+w .homelab && rm -rf .homelab", "network nas_", "homepage on pi5: ", "file homepage/"],
];

test.each(["once", "once more"])("what is lost is said, and made again: %s", async () => {
  const before = await containers(HOSTS);
  for (const [host, how] of LOST) {
    await by(host, how);
  }
  const seen = await operate(cli, "preview", { env: { SSH_AUTH_SOCK: lab.probeAgentSocket } });
  for (const words of LOST.flatMap(([, , ...said]) => said)) {
    expect(seen.output).toContain(words);
  }

  await up(cli);
  const changed = differing(before, await containers(HOSTS));
  expect(changed).toEqual(expect.arrayContaining(["jellyfin/seerr", "pi4-ci/registry", "pi4-ci/postgres"]));
  expect(changed).not.toContain("jellyfin/jellyfin");
  expect(await by("pi4-ci", `cat .homelab/files/${CONFIG}`)).not.toContain("by hand");
  expect(await by("pi4-ci", "docker exec postgres cat /run/secrets/postgres-password")).not.toBe("");
  expect(await by("jellyfin", "docker volume inspect -f '{{json .Labels}}' media_seerr-config")).toContain("homelab");
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
  expect((await commandOn(cli, "drift")).output).toContain("Nothing differs");
});

test("a host that was reinstalled gets everything again", async () => {
  await lab.freshHosts(["pi-zero-1"]);
  await configure(cli, ["homelab:hosts", "pi-zero-1", "hostKey"], await lab.hostKey("pi-zero-1"));
  expect((await commandOn(cli, "deploy")).output).toContain("Everything is done.");
  expect(Object.values(await containers(["pi-zero-1"])).map(({ state }) => state)).toEqual(["running healthy"]);
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
});

const COMPOSE = "stacks/media/compose.yaml";
const RECOVERED = "container/seerr";
test.each<[what: string, from: string, to: string, said: string]>([
  // which is known beforehand
  [
    "its port is taken",
    'published: "5055"',
    'published: "5056"',
    "seerr: port 5056/tcp is in use by the container theirs",
  ],
  [
    "a folder that it mounts is not there",
    "- seerr-config:/app/config",
    "- { type: bind, source: /srv/nowhere, target: /app/config, bind: *there }",
    RECOVERED,
  ],
  ["its image is not there", `image: ${SEERR}`, "image: ghcr.io/seerr-team/seerr:v99", RECOVERED],
  [
    "it does not become healthy",
    'http://127.0.0.1:5055/api/v1/status"]',
    'http://127.0.0.1:1/"]\n      interval: 1s\n      retries: 1\n      start_period: 0s',
    RECOVERED,
  ],
])("one that cannot be replaced, because %s, runs on, and a revert is done", async (_, from, to, said) => {
  await by("jellyfin", `docker run --detach --rm --name theirs --publish 5056:80 --entrypoint sleep ${SEERR} 1000`);
  const before = await containers(["jellyfin"]);
  await edit(cli, COMPOSE, from, to);
  const failed = await commandOn(cli, "deploy");
  expect([failed.exitCode, failed.output]).toEqual([3, expect.stringContaining(said)]);

  const after = await containers(["jellyfin"]);
  expect(differing(before, after)).toEqual([]);
  expect(after["jellyfin/seerr"]?.state).toMatch(/^running/);
  expect(
    await by(
      "jellyfin",
      "docker ps --all --quiet --filter name=homelab-former; [ ! -e .homelab/former ] || ls .homelab/former",
    ),
  ).toBe("");

  await edit(cli, COMPOSE, to, from);
  expect((await commandOn(cli, "deploy")).output).toContain("Everything is done.");
  // The engine may have kept what did not start, and then it makes the container once more.
  const reverted = await containers(["jellyfin"]);
  expect(differing(after, reverted).filter((name) => name !== "jellyfin/seerr")).toEqual([]);
  expect(reverted["jellyfin/seerr"]?.state).toBe("running healthy");
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
});
afterEach(() => by("jellyfin", "docker rm --force theirs"));

test("a state that is lost with all its copies is rebuilt from the hosts, and only what is declared otherwise is recreated", async () => {
  const marker = "/var/lib/docker/volumes/nas_portainer-data/_data/marker";
  await lab.root("pi5", ["sh", "-c", `echo kept > ${marker}`]);
  const before = await containers(HOSTS);
  await rm(join(lab.dir, "backend"), { recursive: true });
  await mkdir(join(lab.dir, "backend"), { mode: 0o700 });
  await new PulumiStack(cli.directory, cli.name, cli.env).selectOrCreate();
  await Promise.all(HOSTS.map((host) => by(host, "rm -r .homelab/state || ! ls .homelab/state")));
  await edit(cli, "stacks/nas/compose.yaml", "LOG_TARGETS: stdout", "EXTRA: new\n      LOG_TARGETS: stdout");

  await lab.powerOff("pi-zero-1");
  const without = await commandOn(cli, "deploy", ["--recover"]);
  expect([without.exitCode, without.output]).toEqual([
    1,
    expect.stringMatching(/pi-zero-1 .* cannot be reached[\s\S]*Nothing was recovered/),
  ]);
  await lab.powerOn("pi-zero-1");

  const { exitCode, output } = await commandOn(cli, "deploy", ["--recover"]);
  expect([exitCode, output]).toEqual([0, expect.stringContaining("Everything is done.")]);
  expect(output).toContain("The state is rebuilt from the hosts");
  expect(output).toContain("pi5/container/homepage is not taken over, since its environment differs");
  expect(differing(before, await containers(HOSTS))).toEqual(["pi5/homepage"]);
  expect((await lab.root("pi5", ["cat", marker])).stdout).toBe("kept\n");
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);

  const again = await commandOn(cli, "deploy", ["--recover"]);
  expect([again.exitCode, again.output]).toEqual([1, expect.stringContaining("nothing to recover")]);
});
