import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { by, commandOn, configure, containers, differing, edit, lab, operate, up } from "./homelab.js";
import { deployedLab } from "./states.js";

// What people's Compose files have that no service of a role needs, for real on one host: a VPN and its passengers, a
// service that does its work and ends, and a directory beside the file whose data were brought over. The tests follow each
// other.

const HOST = "pi5";
const FILE = "my/forms/compose.yaml";
const DATA = "/var/lib/homelab-data/forms/state/data";
/** An address of the LAN beyond the host, at a port where nobody has to listen: what leaves the host is counted. */
const BEYOND = lab.host("pi4-ci").address;
const PORT = "9";

const COMPOSE = `x-image: &image joxit/docker-registry-ui:2.6.0
services:
  app:
    image: *image
    network_mode: service:vpn
    depends_on: { init: { condition: service_completed_successfully } }
    volumes: ["./state/data:/data:ro"]
    restart: unless-stopped
    stop_grace_period: 1s
  beacon:
    image: *image
    network_mode: container:forms-vpn
    entrypoint: [sh, -c, "while :; do curl --silent --max-time 1 http://$$BEYOND:${PORT}/; sleep 1; done"]
    environment: { BEYOND: "\${BEYOND:?where to}" }
    restart: unless-stopped
    stop_grace_period: 1s
  vpn:
    image: *image
    container_name: forms-vpn
    entrypoint: [sh, -c, "while :; do sleep 1; done"]
    ports: [{ target: 80, published: "8180", protocol: tcp, x-audience: [lan] }]
    restart: unless-stopped
    stop_grace_period: 1s
  init:
    image: *image
    entrypoint: [sh, -c, "sleep 3; cp /data/brought /data/made"]
    volumes: ["./state/data:/data"]
`;

jest.setTimeout(900_000);
let cli: PulumiStack;
beforeAll(async () => {
  cli = await deployedLab(
    async (made) => {
      await mkdir(join(made.directory, "my/forms"), { recursive: true });
      await writeFile(join(made.directory, FILE), COMPOSE);
      await configure(made, ["homelab:nas"], undefined);
      await configure(made, ["homelab:services"], undefined);
      await configure(made, ["homelab:hosts", HOST, "role"], undefined);
      await configure(made, ["homelab:hosts", HOST, "services"], [FILE]);
      await configure(made, ["homelab:projects"], { forms: { values: { BEYOND } } });
      await lab.root(HOST, ["sh", "-c", `mkdir -p ${DATA} && echo "of many years" >${DATA}/brought`]);
    },
    [HOST],
  );
});

test("again and refreshed: 0 changes", async () => {
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
  expect(Object.keys((await operate(cli, "preview", { refresh: true })).changes)).toEqual(["unchanged"]);
  expect((await commandOn(cli, "drift")).output).toContain("Nothing differs");
});

test("a service that ends has ended before what waits for it starts, and worked on the data that were brought over", async () => {
  const ended = await by(HOST, "docker inspect --format '{{.State.ExitCode}} {{.State.FinishedAt}}' init");
  const started = await by(HOST, "docker inspect --format '0 {{.State.StartedAt}}' app");
  expect([ended, started]).toEqual([ended, started].sort());
  expect(ended).toMatch(/^0 20/);
  expect(await by(HOST, "docker exec app cat /data/made")).toBe("of many years");
  expect((await lab.root(HOST, ["cat", `${DATA}/made`])).stdout).toBe("of many years\n");
});

test("a passenger is reached by the port of its VPN", async () => {
  expect(
    await by("pi4-ci", `curl -fsS --max-time 10 -o /dev/null http://${lab.host(HOST).address}:8180/ && echo yes`),
  ).toBe("yes");
});

/** How many packets to the address beyond left a container of the host in six seconds, by whatever way: at least two if it may. */
async function packetsBeyond(): Promise<number> {
  const rule = `FORWARD -d ${BEYOND} -p tcp --dport ${PORT}`;
  const { stdout } = await lab.root(HOST, [
    "sh",
    "-c",
    `iptables -I ${rule} && sleep 6; iptables -nvxL FORWARD | awk '/dpt:${PORT}$/ {print $1; exit}'; iptables -D ${rule}`,
  ]);
  expect(stdout).toMatch(/^\d+\n$/);
  return Number(stdout);
}

test("while the VPN is down no packet of a passenger leaves, and a deployment brings all of them back", async () => {
  expect(await packetsBeyond()).toBeGreaterThan(0);
  const before = await containers([HOST]);
  await by(HOST, "docker stop forms-vpn");
  expect(await by(HOST, "docker inspect --format '{{.State.Running}}' beacon")).toBe("true");
  expect(await packetsBeyond()).toBe(0);
  const drift = await commandOn(cli, "drift", ["--json"]);
  expect([drift.exitCode, drift.output]).toEqual([2, expect.stringMatching(/"name": "forms-vpn"[^}]*"stopped"/)]);

  await up(cli);
  expect(differing(before, await containers([HOST]))).toEqual(["pi5/app", "pi5/beacon", "pi5/forms-vpn"]);
  expect(await packetsBeyond()).toBeGreaterThan(0);
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
});

test("passengers of a VPN that was restarted by hand are found, and restart mends them", async () => {
  await by(HOST, "docker restart forms-vpn");
  const drift = await commandOn(cli, "drift", ["--json"]);
  expect(drift.output).toMatch(/"name": "app"[^}]*"stale-network"/);
  expect(drift.output).toMatch(/"name": "beacon"[^}]*"stale-network"/);
  const { exitCode, output } = await commandOn(cli, "restart", ["forms-vpn"]);
  expect([exitCode, output]).toEqual([0, expect.stringContaining("was restarted")]);
  expect((await commandOn(cli, "drift")).output).toContain("Nothing differs");
  expect(await packetsBeyond()).toBeGreaterThan(0);
});

test("what waits for a service that fails is left as it was, and the result names it", async () => {
  const before = await containers([HOST]);
  await edit(cli, FILE, "cp /data/brought /data/made", "exit 3");
  const { exitCode, output } = await operate(cli, "up");
  expect([exitCode === 0, output]).toEqual([false, expect.stringContaining("init ended with code 3")]);
  expect(differing(before, await containers([HOST])).filter((it) => it !== "pi5/init")).toEqual([]);
  await edit(cli, FILE, "exit 3", "cp /data/brought /data/made");
  await up(cli);
  expect((await commandOn(cli, "drift")).output).toContain("Nothing differs");
});
