import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { commandOn, configure, containers, differing, lab, up } from "./homelab.js";
import { deployedLab } from "./states.js";

// What becomes of a homelab over the years: hosts that change their role or their addresses, cards that wear out, files
// that were cut off. On the NAS and one other host, with a state of their own.

jest.setTimeout(900_000);
const [NAS, OTHER] = ["pi5", "pi4-ci"];
let cli: PulumiStack;
beforeAll(async () => {
  cli = await deployedLab(undefined, [NAS, OTHER]);
});

const deploy = (): ReturnType<typeof commandOn> => commandOn(cli, "deploy");
async function everythingIsDone(): Promise<void> {
  const { exitCode, output } = await deploy();
  expect([exitCode, output]).toEqual([0, expect.stringContaining("Everything is done.")]);
}

test("another role of a host, with the same services, replaces nothing and removes no setting that both have", async () => {
  const before = await containers([NAS]);
  await configure(cli, ["homelab:hosts", NAS, "role"], undefined);
  await configure(cli, ["homelab:nas"], undefined);
  await configure(cli, ["homelab:hosts", NAS, "services"], ["stacks/nas/compose.yaml"]);
  await everythingIsDone();
  expect(differing(before, await containers([NAS]))).toEqual([]);
  expect((await lab.root(NAS, ["ufw", "status"])).stdout).toContain("Status: active");
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
  await configure(cli, ["homelab:hosts", NAS, "role"], "nas");
  await configure(cli, ["homelab:hosts", NAS, "services"], undefined);
  await everythingIsDone();
});

test("two hosts that have each other's addresses are told from strangers, and left as they are", async () => {
  const address = (name: string): string => lab.host(name).address;
  const set = async (nas: string, other: string): Promise<void> => {
    await configure(cli, ["homelab:hosts", NAS, "address"], address(nas));
    await configure(cli, ["homelab:hosts", OTHER, "address"], address(other));
  };
  const before = await containers([NAS]);
  await set(OTHER, NAS);
  const drift = await commandOn(cli, "drift", ["--json"]);
  expect([drift.exitCode, drift.output]).toEqual([3, expect.stringContaining(`it has the host key of ${OTHER}`)]);
  expect(drift.output).toContain(`it has the host key of ${NAS}`);
  expect((await deploy()).exitCode).toBe(3);
  expect(differing(before, await containers([NAS]))).toEqual([]);
  await set(NAS, OTHER);
  await everythingIsDone();
});

test("a disk that has become read-only is named; nothing is half done", async () => {
  const folders = "/etc /var/lib/homelab /home/deploy"; // not /, which has files open for writing
  const root = async (script: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await lab.root(OTHER, ["sh", "-ec", script]);
    expect([script, exitCode, exitCode === 0 ? "" : stderr]).toEqual([script, 0, ""]);
    return stdout;
  };
  await root(`for f in ${folders}; do mount --bind $f $f; mount -o remount,bind,ro $f; done`);
  await configure(cli, ["homelab:timezone"], "Europe/Madrid");
  const { exitCode, output } = await deploy();
  const zone = await root("readlink /etc/localtime");
  await root(`umount ${folders}`);
  expect([exitCode, output]).toEqual([3, expect.stringMatching(/read-only/i)]);
  expect(zone).not.toContain("Madrid");
  await everythingIsDone();
  expect(await root("readlink /etc/localtime")).toContain("Madrid");
});

test("a state that was cut off is named, with the way back, which works", async () => {
  const state = join(lab.dir, `backend/.pulumi/stacks/homelab/${cli.name}.json`);
  const before = await containers([NAS]);
  const whole = await readFile(state, "utf8");
  await writeFile(state, whole.slice(0, whole.length / 2));
  const { exitCode, output } = await deploy();
  expect([exitCode, output]).toEqual([
    1,
    expect.stringMatching(/^Pulumi's state is damaged: [^]*\n-> .*: cp \S+ \S+\n$/),
  ]);
  const [, from = "", to = ""] = /cp (\S+) (\S+)$/m.exec(output) ?? [];
  await copyFile(from, to);
  await everythingIsDone();
  expect(differing(before, await containers([NAS]))).toEqual([]);
});
