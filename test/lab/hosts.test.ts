import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadHomelab } from "../../model/load.js";
import type { HomelabModel } from "../../model/types.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { configure, containers, lab, operate, reverted, UP, up } from "./homelab.js";
import { onHost, Scans, SIBLING, TAILNET, TCP } from "./scan.js";
import { deployedLab } from "./states.js";

// What the hosts themselves are: port scans from everywhere, drift by hand, power cuts, a deployer that dies.

jest.setTimeout(1_800_000);
const NAS = "pi5";
/**
 * A service of the owner's that is asked over UDP, in a container and on the host itself. The player, an audience of the
 * owner's own, is the sibling; nobody is one of the pair, of which UFW has to keep a subnet.
 */
const GAME = `services:
  game:
    image: ghcr.io/gethomepage/homepage:v1.12.3
    restart: unless-stopped
    ports:
      - { target: 5300, published: "5300", protocol: udp, x-audience: [lan] }
      - { target: 5301, published: "5301", protocol: udp, x-audience: [tailnet] }
      - { target: 5303, published: "5303", protocol: udp, x-audience: [player] }
  game-finder:
    image: nickfedor/watchtower:1.21.0
    restart: unless-stopped
    network_mode: host
    x-homelab: { listens: [{ port: 5302, protocol: udp, audience: [lan] }, { port: 5304, protocol: udp, audience: [player, pair] }] }
`;
let cli: PulumiStack;
let homelab: HomelabModel;
let scans: Scans;

beforeAll(async () => {
  cli = await deployedLab(async (project) => {
    await writeFile(join(project.directory, "game.yaml"), GAME);
    await configure(project, ["homelab:hosts", NAS, "services"], ["game.yaml"]);
    const { address, address6 } = lab.host(SIBLING);
    await configure(project, ["homelab:audiences"], { player: [address, address6], pair: "198.51.100.8/31" });
  });
  homelab = loadHomelab(cli.name, [cli.directory, PROGRAM]);
  scans = new Scans(homelab);
});

test("after up, everybody reaches what was declared for them and nothing else", () => scans.everythingAsDeclared());

test("an address of the tailnet is dropped wherever else it comes from", async () => {
  const { hosts } = homelab;
  const [target] = hosts;
  const from = hosts.find(({ name }) => name === SIBLING)?.address ?? "";
  const name = target?.name ?? "";
  await lab.root(SIBLING, ["ip", "addr", "replace", `${TAILNET.spoofed}/32`, "dev", "lo"]);
  await lab.root(name, ["ip", "route", "replace", TAILNET.spoofed, "via", from]);
  const address = target?.address ?? "";
  const device =
    (await lab.root(SIBLING, ["ip", "route", "get", address])).stdout.split(" dev ")[1]?.split(" ")[0] ?? "";
  const found = await scans.scan(onHost(SIBLING), [address], TCP, "-S", TAILNET.spoofed, "-e", device);
  expect(found[address]).toEqual([]);
  const counters = await lab.root(name, ["iptables", "-t", "mangle", "-nvxL", "HOMELAB-TAILNET"]);
  const dropped = /^\s*(\d+)\s+\d+\s+DROP .* 100\.64\.0\.0\/10 /m.exec(counters.stdout)?.[1];
  expect(Number(dropped)).toBeGreaterThan(100);
});

test("after a power cut of everything, with the NAS back last, all services return by themselves, and the same is open", async () => {
  const names = homelab.hosts.map(({ name }) => name);
  const others = names.filter((name) => name !== NAS);
  await Promise.all(names.map((name) => lab.powerOff(name)));
  await Promise.all(others.map((name) => lab.powerOn(name)));
  await allRunning((name) => others.some((host) => name.startsWith(`${host}/`)) && name !== "jellyfin/jellyfin");
  expect((await containers(["jellyfin"]))["jellyfin/jellyfin"]?.state).not.toMatch(/^running/);
  await lab.powerOn(NAS);
  await allRunning();
  await scans.everythingAsDeclared();
});

test("after a restart of Docker, the same", async () => {
  await Promise.all(homelab.hosts.map(({ name }) => lab.root(name, ["systemctl", "restart", "docker"])));
  await allRunning();
  await scans.everythingAsDeclared();
});

test("a preview opens one connection to each host, with a key that may only look", async () => {
  const logins = async (): Promise<string[]> => {
    const said = homelab.hosts.map(async ({ name }) =>
      lab.root(name, ["journalctl", "--unit", "ssh", "--output", "cat"]),
    );
    return (await Promise.all(said)).map(({ stdout }) =>
      [...stdout.matchAll(/Accepted publickey for (\S+)/g)].map(([, user]) => user).join(" "),
    );
  };
  const before = await logins();
  const { changes, exitCode, output } = await operate(cli, "preview", { env: { SSH_AUTH_SOCK: lab.probeAgentSocket } });
  expect([exitCode, Object.keys(changes), output]).toEqual([0, ["unchanged"], expect.not.stringContaining("warning")]);
  expect(await logins()).toEqual(before.map((users) => `${users} probe`));
});

test("what somebody changes on hosts by hand is told by a preview, healed by up, and then there is nothing to do", async () => {
  const byHand: Record<string, readonly [string, string]> = {
    "pi5/setting/ssh": [
      "echo 'PermitRootLogin yes' >/etc/ssh/sshd_config.d/00-aaa.conf",
      "ssh on pi5: PermitRootLogin yes",
    ],
    "pi5/setting/firewall": ["ufw allow 8000/tcp", "firewall on pi5: 8000/tcp from anywhere, added by hand"],
    "pi5/setting/nfs": [
      `exportfs -u ${lab.host("jellyfin").address}:/srv/nas/movies`,
      'nfs on pi5: lacks "/srv/nas/movies to',
    ],
    "pi5/setting/smb": [
      "printf '[all]\\npath = /\\n' >>/etc/samba/homelab.conf",
      'smb on pi5: /etc/samba/homelab.conf: has "path = /"',
    ],
    "pi5/setting/smb-users": [
      "printf 'x\\nx\\n' | smbpasswd -s owner",
      "smb-users on pi5: owner: has another password for Samba, or none, or is switched off",
    ],
    "jellyfin/setting/mounts": [
      "rm /etc/systemd/system/homelab-mounts.timer",
      "mounts on jellyfin: /etc/systemd/system/homelab-mounts.timer: removed by hand",
    ],
    "pi4-ci/setting/docker": [
      `jq '."live-restore" = false' /etc/docker/daemon.json >/tmp/d; cat /tmp/d >/etc/docker/daemon.json`,
      'docker on pi4-ci: "daemon.json: live-restore: false" instead of "daemon.json: live-restore: true"',
    ],
    "pi-zero-2/setting/system": [
      "rm /etc/systemd/journald.conf.d/60-homelab.conf",
      "system on pi-zero-2: /etc/systemd/journald.conf.d/60-homelab.conf: removed by hand",
    ],
  };
  for (const [setting, [script]] of Object.entries(byHand)) {
    const host = homelab.hosts.find(({ name }) => setting.startsWith(`${name}/`))?.name ?? "";
    expect([setting, (await lab.root(host, ["sh", "-ec", script])).stderr]).toEqual([setting, expect.any(String)]);
  }
  const preview = await operate(cli, "preview");
  for (const [, words] of Object.values(byHand)) {
    expect(preview.output).toContain(words);
  }
  const updated = [...preview.output.matchAll(/~\s+command:remote:Command (\S+) update/g)].map(([, name]) => name);
  expect(updated.sort()).toEqual(expect.arrayContaining(Object.keys(byHand).sort()));
  await up(cli);
  await allRunning();
  const again = await up(cli);
  expect([Object.keys(again.changes), again.output]).toEqual([["unchanged"], expect.not.stringContaining("warning")]);
});

test("a deployer that dies between applying and confirming leaves the former firewall, and the next preview says so", async () => {
  await configure(cli, ["homelab:admin"], { from: ["lan", "tailnet", "10.9.0.0/16"] });
  const child = spawn(join(PROGRAM, "node_modules/.bin/pulumi"), [...UP, "--stack", cli.name, "--non-interactive"], {
    cwd: cli.directory,
    env: { ...process.env, ...cli.env },
    detached: true,
  });
  const ended = once(child, "exit"); // a plugin that outlives it keeps its output open
  child.stderr.resume();
  let died = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const applied = / (\S+)\/setting\/firewall updating .* applied$/m.exec(chunk.toString());
    if (died === "" && applied !== null && child.pid !== undefined) {
      died = applied[1] ?? "";
      process.kill(-child.pid, "SIGKILL");
    }
  });
  await inTime("the deployment", ended);
  expect(homelab.hosts.map(({ name }) => name)).toContain(died);
  await inTime("the host's own revert", reverted(died, "firewall"));
  expect((await lab.root(died, ["ufw", "show", "added"])).stdout).not.toContain("10.9.0.0/16");
  await inTime("cancel", cli.must(["cancel", "--yes"]));
  const { output } = await inTime("the preview", operate(cli, "preview"));
  expect(output).toContain(`firewall on ${died}: rolled back`);
  await inTime("the next deployment", up(cli));
  expect((await lab.root(died, ["ufw", "show", "added"])).stdout).toContain("10.9.0.0/16");
  expect(Object.keys((await up(cli)).changes)).toEqual(["unchanged"]);
});

const LONGEST_MS = 300_000;

/** A step that would hang says which it is. */
function inTime<T>(what: string, step: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what} has not ended after ${LONGEST_MS / 1000} s`));
    }, LONGEST_MS);
  });
  return Promise.race([step, late]).finally(() => {
    clearTimeout(timer);
  });
}

/** Returns when containers are up again by themselves: all, or those of which `which` says so. */
async function allRunning(which: (name: string) => boolean = () => true): Promise<void> {
  const states = async (): Promise<[string, string][]> => {
    const hosts = homelab.hosts.map(({ name }) => name).filter((name) => which(`${name}/`) || which(`${name}/any`));
    return Object.entries(await containers(hosts))
      .filter(([name]) => which(name))
      .map(([name, { state }]) => [name, state]);
  };
  for (let tries = 0; tries < 90; tries++) {
    if ((await states()).every(([, state]) => state === "running healthy")) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  expect((await states()).filter(([, state]) => state !== "running healthy")).toEqual([]);
}
