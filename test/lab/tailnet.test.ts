import { setTimeout as pause } from "node:timers/promises";
import { tailnetOf, tryTailnet } from "../../lab/tailnet/trial.js";
import type { Expectation } from "../../model/tailnet/types.js";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { commandOn, configure, driftIn, edit, lab, up } from "./homelab.js";
import { deployedLab } from "./states.js";

// A real tailnet: Headscale, tailscaled on three hosts, and a phone that is not on the LAN. The tests follow each other.

jest.setTimeout(1_800_000);
const HOSTS = ["pi5", "pi4-ci", "pi-zero-1"];
let cli: PulumiStack;

beforeAll(async () => {
  await lab.removeTailnet(); // of a run that was broken off
  cli = await deployedLab(withTailnet, HOSTS);
  await lab.phone("anna");
});
afterAll(async () => {
  await lab.removeTailnet();
});

async function withTailnet(project: PulumiStack): Promise<void> {
  const { server, client, secret } = await lab.tailnet();
  await project.setSecret("TAILSCALE_OAUTH_SECRET", secret);
  await configure(project, ["homelab:tailnet"], {
    server,
    oauthClient: client,
    tailscale: "package",
    groups: { family: ["anna@"] },
  });
}

/** A machine of the tailnet as its control server has it. */
interface Node {
  readonly id: number;
  readonly given_name: string;
  readonly ip_addresses: readonly string[];
}
async function nodes(): Promise<Record<string, Node>> {
  const { stdout } = await lab.headscale(["nodes", "list", "-o", "json"]);
  return Object.fromEntries((JSON.parse(stdout) as Node[]).map((node) => [node.given_name, node]));
}

/** Does her phone reach a port of pi5? */
const reaches = async (port: number): Promise<boolean> => {
  const url = `http://pi5.tail.lab:${port}/`;
  const { exitCode } = await lab.onPhone("anna", ["curl", "-s", "-o", "/dev/null", "-m", "6", url]);
  return ![28, 97].includes(exitCode); // whatever answers does, also where it speaks another protocol
};
/** Waits until it does, or no longer does; answers with whether it came to that. */
async function becomes(open: boolean, port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 40; attempt++) {
    if ((await reaches(port)) === open) {
      return true;
    }
    await pause(500);
  }
  return false;
}

test("a second deployment changes nothing", async () => {
  const { changes } = await up(cli);
  expect(Object.keys(changes)).toEqual(["unchanged"]);
  expect(Object.keys(await nodes()).sort()).toEqual(["phone-anna", ...HOSTS].sort());
});

test("who reaches what is what was derived, tried from a phone and from each host", async () => {
  expect(await becomes(true, 3000)).toBe(true);
  const attempts = await tryTailnet(lab, tailnetOf(cli), ["anna"]);
  const said = (open: boolean, { visitor, host, port }: Expectation): string =>
    `${visitor.name} -> ${host}:${port} ${open ? "open" : "shut"}`;
  expect(attempts.map(({ open, expected }) => said(open, expected))).toEqual(
    attempts.map(({ expected }) => said(expected.open, expected)),
  );
  const open = attempts.filter((it) => it.open && it.expected.visitor.name === "pi-zero-1");
  expect(open.map(({ expected: { host, port } }) => `${host}:${port}`)).toEqual(["pi4-ci:9000"]);
});

test("a grant that is taken back is shut for new connections", async () => {
  await edit(cli, "stacks/nas/compose.yaml", /(published: "3000".*x-audience: )\[lan, tailnet\]/, "$1[lan]");
  await up(cli);
  expect(await becomes(false, 3000)).toBe(true);
  expect(await reaches(9443)).toBe(true);
});

const drift = async (): Promise<string[]> =>
  driftIn((await lab.ssh("pi5", [], { user: "probe" })).stdout, "tailnet").map((it) => it.replace(/:.*/, ""));
const tailscale = (...args: string[]): Promise<{ readonly exitCode: number }> =>
  lab.root("pi5", ["tailscale", ...args]);

test("the probe sees a host that is stopped or has another name, and the next deployment mends it", async () => {
  const { pi5 } = await nodes();
  expect(await drift()).toEqual([]);
  for (const wrong of [["down"], ["set", "--hostname=other"]]) {
    await tailscale(...wrong);
    expect([wrong, await drift()]).not.toEqual([wrong, []]);
  }
  const { changes } = await up(cli);
  expect([changes, await drift()]).toEqual([expect.objectContaining({ updated: 1 }), []]);
  expect((await nodes())["pi5"]).toMatchObject({ id: pi5?.id, ip_addresses: pi5?.ip_addresses });
});

test("a host that was logged out joins again by another key, once its former device is removed", async () => {
  await tailscale("logout");
  expect(await drift()).not.toEqual([]);
  const listed = await commandOn(cli, "devices", ["--json"]);
  const { devices } = JSON.parse(listed.stdout) as { devices: { name: string; standing: object }[] };
  const hosts = devices.map(({ name, standing }) => [name, standing]);
  expect(hosts).toContainEqual(["pi5", { kind: "host", host: "pi5" }]);
  expect(listed.exitCode).toBe(0);
  const removed = await commandOn(cli, "devices", ["--remove", "pi5", "--yes"]);
  expect([removed.exitCode, removed.output]).toEqual([0, expect.stringContaining("Removed: pi5.")]);
  const { output, exitCode } = await commandOn(cli, "deploy", ["pi5", "--rejoin", "pi5"]);
  expect([exitCode, output]).toEqual([0, expect.stringContaining("Everything is done on pi5.")]);
  expect([await drift(), Object.keys(await nodes())]).toEqual([[], expect.arrayContaining(["pi5"])]);
});

test("without its control server hosts go on reaching each other, and a reboot keeps who a host is", async () => {
  const before = await nodes();
  await lab.engine(["stop", "lab-tailnet"]);
  const url = "http://pi4-ci.tail.lab:9000/";
  const { exitCode } = await lab.ssh("pi-zero-1", ["curl", "-s", "-o", "/dev/null", "-m", "20", url]);
  await lab.engine(["start", "lab-tailnet"]);
  expect([5, 6, 7, 28]).not.toContain(exitCode);
  await lab.powerOff("pi5");
  await lab.powerOn("pi5");
  expect(await becomes(true, 9443)).toBe(true);
  expect((await nodes())["pi5"]).toMatchObject({ id: before["pi5"]?.id, ip_addresses: before["pi5"]?.ip_addresses });
});
