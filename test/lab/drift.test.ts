import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { by, commandOn, configure, containers, differing, edit, lab, operate, up } from "./homelab.js";
import type { Operation } from "./homelab.js";
import { canBeMadeSick, deployedLab } from "./states.js";

// What somebody does by hand on the hosts is said by a preview, healed by `up`, and healed again when it is done again.
// The tests follow each other: each begins with the homelab that the one before left, in sync.

jest.setTimeout(1_800_000);
const HOSTS = ["pi5", "pi4-ci", "jellyfin", "pi-zero-2"];
let cli: PulumiStack;

beforeAll(async () => {
  cli = await deployedLab(canBeMadeSick, HOSTS);
});

const command = (name: string, args: readonly string[] = [], env = {}): ReturnType<typeof commandOn> =>
  commandOn(cli, name, args, env);

/** Names of the containers that were made, removed or started after that. */
async function since(before: Awaited<ReturnType<typeof containers>>): Promise<string[]> {
  const now = await containers(HOSTS);
  const restarted = Object.keys(now).filter((name) => before[name]?.startedAt !== now[name]?.startedAt);
  return [...new Set([...differing(before, now), ...restarted])].sort();
}

/** A preview by somebody who may only look. */
const preview = (): Promise<Operation> => operate(cli, "preview", { env: { SSH_AUTH_SOCK: lab.probeAgentSocket } });

/** Recreates a container with what little of it Watchtower would keep here: its label and its image. */
const recreate = (name: string): string =>
  `image=$(docker inspect --format '{{.Config.Image}}' ${name}) && docker rm --force ${name} && ` +
  `docker run --detach --name ${name} --label homelab.service=${name} --label homelab.generation=1 $image`;

/** What somebody does to containers by hand, and what is said of it. */
const BY_HAND: readonly (readonly [string, string, string, string])[] = [
  ["pi5", "homepage", recreate("homepage"), "recreated by something else (Watchtower?)"],
  ["pi5", "duplicati", "docker stop duplicati", "stopped"],
  ["pi5", "portainer", "docker rm --force portainer", "removed"],
  [
    "pi5",
    "glances",
    "docker update --memory 300m --memory-swap 600m glances",
    "changed by hand (HostConfig.Memory, HostConfig.MemorySwap)",
  ],
  ["pi4-ci", "registry-ui", "docker network connect bridge registry-ui", "changed by hand (Networks)"],
  ["pi4-ci", "watchtower", "docker pause watchtower", "paused"],
  // Its labels are a secret, because a digest of secret files is among them.
  ["pi-zero-2", "woodpecker-agent", "docker stop woodpecker-agent", "stopped"],
];

/** A network that somebody removes, with the one container in it. */
const NETWORK = { host: "jellyfin", name: "media_updates", container: "watchtower" };

describe("what is done by hand", () => {
  let image: string;
  beforeAll(async () => {
    image = await by("pi5", "docker inspect --format '{{.Config.Image}}' homepage");
    await by("pi5", "docker network create theirs");
    await by("pi5", `docker create --name theirs --network theirs ${image}`);
  });
  afterAll(() => by("pi5", "docker rm theirs && docker network rm theirs && docker volume rm old"));

  const removeNetwork = (): Promise<string> =>
    by(NETWORK.host, `docker rm --force ${NETWORK.container} && docker network rm ${NETWORK.name}`);
  /** What an interrupted deployment leaves behind. */
  const leaveBehind = async (): Promise<void> => {
    await by("pi5", "docker network create --label homelab.service=nas_old nas_old");
    await by("pi5", `docker create --name old --network nas_old --label homelab.service=old --volume old:/d ${image}`);
  };
  const SAID = [
    ...BY_HAND.map(([host, name, , words]) => `${name} on ${host}: ${words}`),
    `network ${NETWORK.name} on ${NETWORK.host}: removed`,
    `${NETWORK.container} on ${NETWORK.host}: removed`,
    "container old on pi5: left over from an interrupted deployment",
    "network nas_old on pi5: left over from an interrupted deployment",
  ];
  const REPLACED = [...BY_HAND.map(([host, name]) => `${host}/${name}`), `${NETWORK.host}/${NETWORK.container}`].sort();

  test.each(["once", "once more"])("is seen, and healed, and what is not ours stays: %s", async () => {
    const before = await containers(HOSTS);
    await Promise.all([...BY_HAND.map(([host, , hand]) => by(host, hand)), removeNetwork(), leaveBehind()]);
    const changed = await containers(HOSTS);

    const seen = await preview();
    const drift = await command("drift", [], { SSH_AUTH_SOCK: lab.probeAgentSocket });
    expect([seen.exitCode, drift.exitCode]).toEqual([0, 2]);
    for (const words of SAID) {
      expect(seen.output).toContain(words);
      expect(drift.stdout).toContain(words.replace(/^.*: /, ""));
    }
    // the network, too
    expect(seen.changes).toMatchObject({ replaced: REPLACED.length + 1 });
    expect(await since(changed)).toEqual([]);

    await up(cli);
    expect(await since(before)).toEqual(REPLACED);
    const states = Object.entries(await containers(HOSTS)).filter(([name]) => name !== "pi5/theirs");
    expect(new Set(states.map(([, { state }]) => state))).toEqual(new Set(["running healthy"]));
    expect(await by("pi5", "docker network ls --quiet --filter name=nas_old")).toBe("");
    expect(await by("pi5", "docker volume ls --quiet --filter name=old")).toBe("old");
    expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
    expect((await command("drift")).exitCode).toBe(0);
  });
});

test("one that does not work as it was declared is named, and left as it is", async () => {
  const before = await containers(HOSTS);
  await by("pi4-ci", "docker exec registry-ui touch /tmp/sick");
  await by("pi4-ci", health("unhealthy"));
  const { output, changes } = await preview();
  expect(output).toContain("registry-ui on pi4-ci: unhealthy");
  expect(Object.keys(changes)).toEqual(["unchanged"]);
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
  expect(differing(before, await containers(HOSTS))).toEqual([]);
  await by("pi4-ci", "docker exec registry-ui rm /tmp/sick");
  await by("pi4-ci", health("healthy"));
});

/** Waits until Docker says so of registry-ui. */
const health = (state: string): string =>
  `until [ "$(docker inspect --format '{{.State.Health.Status}}' registry-ui)" = ${state} ]; do sleep 0.2; done`;

test("npm run deploy ends with 0 when everything is done, and with 3 when a host is off", async () => {
  const done = await command("deploy");
  expect([done.exitCode, done.output]).toEqual([0, expect.stringContaining("Everything is done.")]);

  await lab.powerOff("pi-zero-2");
  await edit(cli, "stacks/nas/compose.yaml", "LOG_TARGETS: stdout", "LOG_TARGETS: stdout\n      CHANGED: by-a-test");
  const partly = await command("deploy");
  expect([partly.exitCode, partly.stdout]).toEqual([3, expect.stringMatching(/pi5 +│ 1 replaced +│ +│/)]);
  expect(partly.stdout).toMatch(/pi-zero-2 +│ nothing to do +│ unreachable: /);
  const drift = await command("drift", ["--json"]);
  const { hosts } = JSON.parse(drift.stdout) as { hosts: { host: string; status: string }[] };
  expect([drift.exitCode, hosts.find(({ host }) => host === "pi-zero-2")?.status]).toEqual([3, "unreachable"]);
  await lab.powerOn("pi-zero-2");
  expect((await command("drift")).exitCode).toBe(0);
});

test("npm run deploy removes what is no longer declared, also when something fails on another host", async () => {
  const file = "stacks/ci/compose.yaml";
  await edit(cli, file, "image: postgres:18.6", "image: postgres:18.66");
  await configure(cli, ["homelab:services", "seerr"], false);
  const before = await containers(HOSTS);
  const { exitCode, stdout } = await command("deploy");
  expect([exitCode, stdout]).toEqual([3, expect.stringMatching(/jellyfin +│ .*\d deleted +│ +│/)]);
  expect(stdout).toMatch(/pi4-ci +│ .*│ container\/postgres, [^]*image\/postgres:18\.66/);
  expect(await since(before)).toEqual(["jellyfin/seerr"]);

  await edit(cli, file, "image: postgres:18.66", "image: postgres:18.6");
  await configure(cli, ["homelab:services", "seerr"], undefined);
  expect((await command("deploy")).exitCode).toBe(0);
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
});

describe("a container that somebody made by hand", () => {
  const image = "ghcr.io/gethomepage/homepage:v1.12.3";

  beforeAll(async () => {
    await mkdir(join(cli.directory, "my"), { recursive: true });
    await compose("");
    await configure(cli, ["homelab:hosts", "pi5", "services"], ["my/wiki.yaml"]);
    await by("pi5", `docker run --detach --name wiki --restart unless-stopped --volume wiki:/d ${image}`);
    await by("pi5", "docker exec wiki sh -c 'echo kept >/d/page'");
  });

  const compose = (more: string): Promise<void> =>
    writeFile(
      join(cli.directory, "my/wiki.yaml"),
      `services:\n  wiki:\n    image: ${image}\n    restart: unless-stopped\n    volumes: ["wiki:/d"]\n${more}volumes:\n  wiki: {external: true, name: wiki}\n`,
    );

  test("stands in the way, which a preview says with the command", async () => {
    const { output } = await preview();
    expect(output).toContain("wiki on pi5: another container has this name -> run npm run adopt -- pi5 wiki");
    const before = await containers(HOSTS);
    const refused = await operate(cli, "up");
    expect([refused.exitCode, refused.output]).toEqual([expect.any(Number), expect.stringContaining("npm run adopt")]);
    expect(await since(before)).toEqual([]);
    const deployed = await command("deploy");
    expect([deployed.exitCode, deployed.stdout]).toEqual([3, expect.stringMatching(/pi5 .*│ container\/wiki +│/)]);
  });

  test("is put back as it was when the new one does not come up", async () => {
    await compose("    healthcheck: {test: [CMD, 'false'], interval: 1s, retries: 1, start_period: 0s}\n");
    const { exitCode, output } = await command("adopt", ["pi5", "wiki"]);
    expect([exitCode, output]).toEqual([1, expect.stringContaining("the former container is back")]);
    const format = '{{.State.Status}} {{.HostConfig.RestartPolicy.Name}} {{index .Config.Labels "homelab.service"}}';
    expect(await by("pi5", `docker inspect --format '${format}' wiki`)).toBe("running unless-stopped");
    expect(await by("pi5", "docker exec wiki cat /d/page")).toBe("kept");
    expect(Object.keys(await containers(HOSTS))).not.toContain("pi5/wiki-before-homelab");
  });

  test("gets the Compose file that it never had, and is adopted with its data, and only it is touched", async () => {
    await configure(cli, ["homelab:hosts", "pi5", "services"], undefined);
    const written = await command("add-service", ["wiki", "--from-host", "pi5"]);
    expect([written.exitCode, written.output]).toEqual([0, expect.stringContaining("npm run adopt -- pi5 wiki")]);
    const before = await containers(HOSTS);
    const { exitCode, output } = await command("adopt", ["pi5", "wiki"]);
    expect([exitCode, output]).toEqual([0, expect.stringContaining("kept: volume wiki, which was mounted at /d")]);
    expect(differing(before, await containers(HOSTS))).toEqual(["pi5/wiki"]);
    expect(await by("pi5", "docker exec wiki cat /d/page")).toBe("kept");
    expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
    const again = await command("adopt", ["pi5", "wiki"]);
    expect([again.exitCode, again.output]).toEqual([1, expect.stringContaining("belongs to this program already")]);
    await configure(cli, ["homelab:hosts", "pi5", "services"], undefined);
    await up(cli);
    await by("pi5", "docker volume rm wiki");
  });
});
