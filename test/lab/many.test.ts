import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { by, commandOn, configure, containers, differing, lab, operate, up } from "./homelab.js";
import { deployedLab } from "./states.js";

// One host with more of everything than Docker is made for by default: projects, which need a subnet each, and ports. And
// a service with an address of the LAN, beside the firewall.

jest.setTimeout(900_000);
const HOST = "pi5";
const IMAGE = "joxit/docker-registry-ui:2.6.0";
const PROJECTS = Array.from({ length: 35 }, (_, i) => `small-${i + 1}`);
const WAITS = "    entrypoint: [tail, -f, /dev/null]\n    stop_grace_period: 1s\n";
/** By the projects' own values: the same name in each. */
const small = (name: string): string =>
  `services:\n  ${name}:\n    image: ${IMAGE}\n    environment: {WHO: "\${WHO:-nobody}"}\n${WAITS}`;
const PORTS = `services:
  many-ports:
    image: ${IMAGE}
${WAITS}    ports:
${Array.from({ length: 500 }, (_, i) => `      - { target: ${20_000 + i}, published: "${20_000 + i}", protocol: tcp, x-audience: [lan] }\n`).join("")}`;
const address = lab.host(HOST).address.replace(/\d+$/, "77");
const subnet = lab.host(HOST).address.replace(/\d+$/, "0/24");
const BESIDE = `services:
  beside:
    image: ${IMAGE}
    networks: { lan: { ipv4_address: ${address} } }
    stop_grace_period: 1s
networks: { lan: { external: true, name: lan, x-driver: macvlan } }
`;

let cli: PulumiStack;
beforeAll(async () => {
  cli = await deployedLab(
    async (made) => {
      const files = { ...Object.fromEntries(PROJECTS.map((it) => [it, small(it)])), ports: PORTS, beside: BESIDE };
      await mkdir(join(made.directory, "my"), { recursive: true });
      for (const [name, text] of Object.entries(files)) {
        await writeFile(join(made.directory, `my/${name}.yaml`), text);
      }
      await configure(made, ["homelab:nas"], undefined);
      await configure(made, ["homelab:services"], undefined);
      await configure(made, ["homelab:hosts", HOST, "role"], undefined);
      await configure(
        made,
        ["homelab:hosts", HOST, "services"],
        Object.keys(files).map((name) => `my/${name}.yaml`),
      );
      await configure(made, ["homelab:projects"], {
        "small-1": { values: { WHO: "anna" } },
        "small-2": { values: { WHO: "ben" } },
      });
      await by(HOST, `docker network create --driver macvlan --subnet ${subnet} --opt parent=eth0 lan`);
    },
    [HOST],
  );
});

test("all of it runs, each with what is its own", async () => {
  const there = await containers([HOST]);
  expect(Object.keys(there)).toHaveLength(PROJECTS.length + 2);
  expect(new Set(Object.values(there).map(({ state }) => state))).toEqual(new Set(["running"]));
  const who = (name: string): Promise<string> => by(HOST, `docker exec ${name} sh -c 'echo $WHO'`);
  expect(await Promise.all(["small-1", "small-2", "small-3"].map(who))).toEqual(["anna", "ben", "nobody"]);
  expect((await by(HOST, "docker port many-ports | grep -c 0.0.0.0:20")).trim()).toBe("500");
});

test("a service with an address of the LAN is reached at it", async () => {
  const { stdout } = await lab.ssh("pi4-ci", ["curl", "--silent", "--max-time", "10", `http://${address}/`]);
  expect(stdout).toContain("registry");
});

test("again and refreshed: 0 changes", async () => {
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
  expect(Object.keys((await operate(cli, "preview", { refresh: true })).changes)).toEqual(["unchanged"]);
});

test("of all that the one which was removed is missed and made again", async () => {
  const before = await containers([HOST]);
  await by(HOST, "docker rm --force small-35");
  expect((await commandOn(cli, "drift")).output).toContain("small-35");
  await up(cli);
  expect(differing(before, await containers([HOST]))).toEqual([`${HOST}/small-35`]);
});
