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

async function atKeyboard(host: string, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.root(host, ["sh", "-ec", script]);
  expect([script, exitCode, exitCode === 0 ? "" : stderr]).toEqual([script, 0, ""]);
  return stdout;
}

test("a disk that has become read-only is named; nothing is half done", async () => {
  const folders = "/etc /var/lib/homelab /home/deploy"; // not /, which has files open for writing
  const root = (script: string): Promise<string> => atKeyboard(OTHER, script);
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

test("a disk without inodes, and an engine that does not start, are named; nothing is half done", async () => {
  const root = (script: string): Promise<string> => atKeyboard(OTHER, script);
  const before = await containers([OTHER]);
  await root(`cp -a /var/lib/homelab /root/state
    mount -t tmpfs -o mode=700,nr_inodes=$(($(find /root/state | wc -l) + 5)) tmpfs /var/lib/homelab
    cp -a /root/state/. /var/lib/homelab && rm -r /root/state
    while touch /var/lib/homelab/more.$((i += 1)); do :; done
    cp -p /etc/docker/daemon.json /root && jq '.nonsense = 1' /root/daemon.json >/etc/docker/daemon.json
    systemctl restart docker.service || true`);
  await configure(cli, ["homelab:timezone"], "Europe/Lisbon");
  const { exitCode, output } = await deploy();
  const zone = await root("readlink /etc/localtime");
  await root(`umount /var/lib/homelab; mv /root/daemon.json /etc/docker/daemon.json
    systemctl reset-failed docker.service docker.socket; systemctl restart docker.service`);
  expect([exitCode, output]).toEqual([3, expect.stringContaining("the disk of /var/lib/homelab has no inodes left")]);
  expect(output).toMatch(/docker.service: does not run, dockerd says: .* nonsense/);
  expect(zone).not.toContain("Lisbon");
  expect(differing(before, await containers([OTHER]))).toEqual([]);
  await everythingIsDone();
  expect(await root("readlink /etc/localtime")).toContain("Lisbon");
});

test("half-states of Docker are named, and healed by one deployment", async () => {
  // the socket that Portainer has mounted, a container that could not be removed, and nothing that starts one
  await atKeyboard(
    NAS,
    `systemctl restart docker.socket docker.service
    file=$(docker inspect --format '{{.GraphDriver.Data.UpperDir}}' glances)/stuck
    touch $file && chattr +i $file && ! docker rm --force glances && chattr -i $file
    systemctl stop containerd.service`,
  );
  const drift = await commandOn(cli, "drift", ["--json"]);
  expect(drift.exitCode).toBe(2);
  expect(drift.output).toMatch(/"name": "portainer"[^}]*"stale-mount"/);
  expect(drift.output).toMatch(/"name": "glances"[^}]*"dead"/);
  expect(drift.output).toContain("does not run, so no container can be started");
  await everythingIsDone();
  expect((await commandOn(cli, "drift")).output).toContain("Nothing differs");
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
