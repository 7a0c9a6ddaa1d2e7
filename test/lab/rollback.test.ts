import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { by, commandOn, configure, lab } from "./homelab.js";
import { notDone } from "./not-done.js";
import { deployedLab } from "./states.js";

// A service whose new container does not come up. The tests follow each other; each begins with a service that is well.

jest.setTimeout(900_000);
const HOST = "pi5";
const IMAGE = "ghcr.io/gethomepage/homepage:v1.12.3";
const OTHER_IMAGE = "portainer/portainer-ce:2.45.0-alpine";
const RUNS = "    entrypoint: [sh, -c, 'exec tail -f /dev/null']\n    stop_grace_period: 1s\n";
const WELL = "    healthcheck: {test: [CMD, 'true'], interval: 1s, timeout: 1s, retries: 1, start_period: 0s}\n";
const SICK = WELL.replace("'true'", "'false'");
const UNCHECKED = "    healthcheck: {disable: true}\n";
const withFile = (text: string): string => `    configs: [{source: c, target: /c}]\nconfigs: {c: {content: ${text}}}\n`;
const DATA = "    volumes: [data:/data]\nvolumes: {data: {x-stateful: true}}\n";

let cli: PulumiStack;
beforeAll(async () => {
  cli = await deployedLab(
    async (project) => {
      await mkdir(join(project.directory, "my"), { recursive: true });
      await writeFile(join(project.directory, "my/web.yaml"), compose(RUNS + UNCHECKED));
      await configure(project, ["homelab:nas"], undefined);
      await configure(project, ["homelab:services"], undefined);
      await configure(project, ["homelab:hosts", HOST, "role"], undefined);
      await configure(project, ["homelab:hosts", HOST, "services"], ["my/web.yaml"]);
    },
    [HOST],
  );
});

const compose = (more: string, image = IMAGE): string => `services:\n  web:\n    image: ${image}\n${more}`;
const declare = (more: string, image?: string): Promise<void> =>
  writeFile(join(cli.directory, "my/web.yaml"), compose(more, image));
const idOfWeb = (): Promise<string> => by(HOST, "docker inspect --format '{{.Id}}' web");
const inWeb = (command: string): Promise<string> => by(HOST, `docker exec web ${command}`);
const called = async (): Promise<string[]> =>
  (await by(HOST, "docker ps --all --filter name=web --format '{{.Names}} {{.State}}'")).split("\n").sort();

async function deployAll(): Promise<string> {
  const { exitCode, output } = await commandOn(cli, "deploy");
  expect([exitCode, output]).toEqual([0, expect.stringContaining("Everything is done.")]);
  return idOfWeb();
}

/** The former container runs, or if that is no more another one like it. */
async function expectRolledBack(id?: string): Promise<void> {
  const { exitCode, output } = await commandOn(cli, "deploy");
  const words = /^web: rolled back on .* UTC: its new container did not come up, the former one runs$/;
  expect([exitCode, notDone(output, HOST)]).toEqual([3, expect.stringMatching(words)]);
  expect([await idOfWeb(), await called()]).toEqual([id ?? expect.any(String), ["web running"]]);
}

test("one that is not healthy gives its place back to the former, with its files, until one comes up", async () => {
  await declare(WELL + RUNS + withFile("first"));
  const id = await deployAll();
  await declare(SICK + RUNS + withFile("second"));
  await expectRolledBack(id);
  expect(await inWeb("cat /c")).toBe("first");
  expect((await commandOn(cli, "drift")).output).toContain("rolled back on ");
  await declare(WELL + RUNS + withFile("third"));
  expect(await deployAll()).not.toBe(id);
  expect(await inWeb("cat /c")).toBe("third");
  expect(await by(HOST, "find .homelab/former .homelab/rolled-back .homelab/files-former -name '*web*'")).toBe("");
});

test("one without a health check that ends as often as it is started", async () => {
  // What Docker gives a container beside its declaration comes along: networks, names in them, volumes without a name.
  await declare(
    `${RUNS}${UNCHECKED}    hostname: web-1\n    volumes: [/kept]\n    networks: {default: {aliases: [other]}}\n`,
  );
  await deployAll();
  await inWeb("sh -c 'echo 42 >/kept/answer'");
  const before = await propertiesOfWeb();
  await declare(`${UNCHECKED}    restart: always\n    entrypoint: [sh, -c, 'exit 1']\n`);
  await expectRolledBack();
  expect(await propertiesOfWeb()).toEqual(before);
  expect(await inWeb("cat /kept/answer")).toBe("42");
});

/** What a container is, without what belongs to one of them alone. */
async function propertiesOfWeb(): Promise<unknown> {
  const [it] = JSON.parse(await by(HOST, "docker inspect web")) as [Inspected];
  const { Mounts: mounts, ...hostConfig } = it.HostConfig;
  expect(mounts ?? []).toEqual(expect.any(Array));
  const networks = Object.entries(it.NetworkSettings.Networks);
  return {
    hostConfig,
    config: it.Config,
    networks: networks.map(([name, { Aliases: names }]) => [name, names?.sort()]),
  };
}
interface Inspected {
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly Config: unknown;
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly Aliases: string[] | null }>> };
}

test("one whose deployer has died: the host brings the former one back by itself, once it is time", async () => {
  await declare(RUNS + UNCHECKED);
  const id = await deployAll();
  await by(HOST, "/usr/local/lib/homelab/bin/make-room container web 1 600 started");
  await lab.root(HOST, ["systemctl", "start", "homelab-watch.service"]);
  expect(await called()).toEqual(["web.homelab-former exited"]);
  await by(HOST, "sed -i -E 's/ [0-9]+ started$/ 1 started/' .homelab/former/web");
  await lab.root(HOST, ["systemctl", "start", "homelab-watch.service"]);
  expect([await idOfWeb(), await called()]).toEqual([id, ["web running"]]);
  expect((await commandOn(cli, "drift")).output).toContain("rolled back on ");
  await deployAll();
});

test("one that may have changed its data: the former is held, and nothing runs until a version comes up", async () => {
  await declare(WELL + RUNS + DATA);
  const id = await deployAll();
  await declare(SICK + RUNS + DATA, OTHER_IMAGE);
  const { exitCode, output } = await commandOn(cli, "deploy");
  expect([exitCode, notDone(output, HOST)]).toEqual([
    3,
    expect.stringMatching(/^web: stopped on .* UTC: its new version/),
  ]);
  expect(await called()).toEqual(["web exited", "web.homelab-former exited"]);
  expect(await by(HOST, "docker inspect --format '{{.Id}}' web.homelab-former")).toBe(id);
  await declare(WELL + RUNS + DATA);
  await deployAll();
  expect(await called()).toEqual(["web running"]);
});
