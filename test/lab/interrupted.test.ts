import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CTRL_C, typing } from "../../lab/typing.js";
import type { Exchange, Session } from "../../lab/typing.js";
import { argvOf } from "../../scripts/lib/project.js";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { by, commandOn, configure, lab } from "./homelab.js";
import { deployedLab } from "./states.js";

// What is broken off, and what is not even begun. The tests follow each other.

jest.setTimeout(1_800_000);
const SPARE = "pi-zero-1";
const IMAGE = "ghcr.io/gethomepage/homepage:v1.12.3";
let cli: PulumiStack;
beforeAll(async () => {
  await lab.freshHosts([SPARE]);
  // Hosts without a role have no services but those of the tests, and so cost little.
  cli = await deployedLab(
    async (stack) => {
      await configure(stack, ["homelab:hosts", "pi5", "role"], undefined);
      await configure(stack, ["homelab:nas"], undefined);
      const { address } = lab.host(SPARE);
      await configure(stack, ["homelab:hosts", SPARE], { address, hostKey: await lab.hostKey(SPARE) });
    },
    ["pi5"],
  );
});

/** A command in a terminal of its own. */
const typed = (name: string, args: readonly string[], exchanges: readonly Exchange[]): Promise<Session> =>
  typing([...argvOf(name), ...args].join(" "), { cwd: cli.directory, env: cli.env }, exchanges);

/** Declares services of pi5, which take their time until they are healthy and are made one after the other. */
async function declare(name: string, services: string): Promise<void> {
  await mkdir(join(cli.directory, "my"), { recursive: true });
  await writeFile(join(cli.directory, `my/${name}.yaml`), services);
  await configure(cli, ["homelab:hosts", "pi5", "services"], [`my/${name}.yaml`]);
}
const slow = (name: string): string => `services:
  ${name}:
    image: ${IMAGE}
    entrypoint: [sh, -c, "sleep 15; touch /tmp/ready; exec sleep inf"]
    init: true
    healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 1s, retries: 60, start_period: 0s}
  ${name}-next:
    image: ${IMAGE}
    entrypoint: [sleep, inf]
    init: true
    healthcheck: {disable: true}
    depends_on: {${name}: {condition: service_healthy}}
`;
const namesOn = async (host: string): Promise<string[]> =>
  (await by(host, "docker ps --format '{{.Names}}'")).split("\n");
const locks = (): Promise<string[]> => readdir(join(lab.dir, `backend/.pulumi/locks/organization/homelab/${cli.name}`));

async function everythingIsDone(): Promise<void> {
  const { exitCode, output } = await commandOn(cli, "deploy");
  expect([exitCode, output]).toEqual([0, expect.stringContaining("Everything is done.")]);
}

test("Ctrl-C once stops after what has begun, says what is done and releases the lock; the next deployment does the rest", async () => {
  await declare("one", slow("one"));
  const { exitCode, screen } = await typed("deploy", ["--yes"], [[/container\/one is being created/, CTRL_C]]);
  expect([exitCode, screen]).toEqual([
    130,
    expect.stringMatching(/Interrupted\. Done until now:\s+pi5: .*created[^]*Deploy again to continue\./),
  ]);
  expect(await locks()).toEqual([]);
  expect(await namesOn("pi5")).not.toContain("one-next");
  await everythingIsDone();
  expect(await namesOn("pi5")).toEqual(expect.arrayContaining(["one", "one-next"]));
});

test("Ctrl-C twice ends it at once, and a deployment can follow", async () => {
  await declare("two", slow("two"));
  const { exitCode } = await typed(
    "deploy",
    ["--yes"],
    [
      [/container\/two is being created/, CTRL_C],
      ["^C", CTRL_C],
    ],
  );
  expect(exitCode).not.toBe(0);
  expect(await namesOn("pi5")).not.toContain("two-next");
  if ((await locks()).length > 0) {
    const { exitCode: refused, output } = await commandOn(cli, "deploy");
    expect([refused, output]).toEqual([1, expect.stringContaining("npm run unlock")]);
    expect((await commandOn(cli, "unlock")).exitCode).toBe(0);
  }
  await everythingIsDone();
  expect(await namesOn("pi5")).toEqual(expect.arrayContaining(["two", "two-next"]));
});

test("a port that another program has is named before anything is touched; the other hosts are deployed to", async () => {
  await lab.root("pi5", ["systemd-run", "--unit", "taken", "systemd-socket-activate", "-l", "4711", "cat"]);
  const ports = "ports: [{target: 3000, published: 4711, x-audience: [lan]}]";
  await declare("late", `services:\n  late: {image: "${IMAGE}", entrypoint: [sleep, inf], init: true, ${ports}}\n`);
  const before = await namesOn("pi5");
  const { exitCode, output } = await commandOn(cli, "deploy");
  expect([exitCode, output]).toEqual([
    3,
    expect.stringMatching(/pi5 is left as it is:\n {2}late: port 4711\/tcp is in use by systemd-socket/),
  ]);
  expect(await namesOn("pi5")).toEqual(before);
  await lab.root("pi5", ["systemctl", "stop", "taken"]);
});

test("a move that is broken off in the middle of the copy is resumed", async () => {
  const wiki = `{image: "${IMAGE}", entrypoint: [sleep, inf], init: true, healthcheck: {disable: true}, volumes: ["pages:/pages"]}`;
  await declare("wiki", `services:\n  wiki: ${wiki}\nvolumes: {pages: }\n`);
  await everythingIsDone();
  const data = "/var/lib/docker/volumes/wiki_pages/_data";
  await lab.root("pi5", ["sh", "-c", `head -c 100000000 /dev/urandom > ${data}/large; echo x > ${data}/small`]);
  const move = ["wiki", "pi5", SPARE, "--yes"];
  const { exitCode } = await typed("move", move, [[/stopped on pi5: wiki/, CTRL_C]]);
  expect(exitCode).not.toBe(0);
  expect(await namesOn(SPARE)).not.toContain("wiki");
  const again = await commandOn(cli, "move", move);
  expect([again.exitCode, again.output]).toEqual([0, expect.stringContaining("Everything is done.")]);
  const sum = async (host: string): Promise<string> =>
    (await lab.root(host, ["sh", "-c", `cd ${data} && sha256sum *`])).stdout;
  expect(await sum(SPARE)).toBe(await sum("pi5"));
  expect(await namesOn(SPARE)).toContain("wiki");
});
