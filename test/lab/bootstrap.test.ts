import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "../../lab/lab.js";
import { bundle } from "../../scripts/bootstrap/bundle.js";
import { bootstrapHosts, RECEIVE } from "../../scripts/bootstrap/bootstrap.js";
import { run } from "../../scripts/lib/process.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import { keysOfFiles } from "../../scripts/bootstrap/public-keys.js";
import { lab } from "./homelab.js";

// From a plain Debian with only an admin to a host that can be deployed to, by the owner's command. The tests follow each
// other on one host.

jest.setTimeout(120_000);
const HOST = "pi-zero-3";
const HELPER = "/usr/local/sbin/homelab-helper";
const key = (name: string): string => join(lab.dir, "keys", name);
const FILE = "Pulumi.mine.yaml";
let clone: string;
let before: string;

beforeAll(async () => {
  await lab.assertUp();
  if (lab.hosts.some(({ name }) => name === HOST)) {
    await lab.removeHost(HOST); // of a run that was broken off
  }
  await lab.addHost(HOST, { bootstrap: false });
  clone = await mkdtemp(join(tmpdir(), "owner-"));
  const parts = ["package.json", "tsconfig.json", "components", "hosts", "model", "scripts", "helper"];
  await Promise.all(parts.map((part) => cp(join(PROGRAM, part), join(clone, part), { recursive: true })));
  await symlink(join(PROGRAM, "node_modules"), join(clone, "node_modules"));
  before = `# my homelab
config:
  homelab:domain: example.org
  homelab:lan: { subnet: ${lab.host(HOST).address.replace(/\d+$/, "0/24")} }
  homelab:hosts:
    pi5: { address: ${lab.host("pi5").address}, role: nas } # in the cellar
  homelab:services: {}
`;
  await writeFile(join(clone, FILE), before);
});

afterAll(async () => {
  await lab.removeHost(HOST);
  await rm(clone, { recursive: true });
});

const KEYS = ["--deploy-key", key("id_lab.pub"), "--probe-key", key("id_probe.pub")];

/** `npm run bootstrap` in the owner's clone. */
async function bootstrap(args: readonly string[], input = ""): Promise<{ exitCode: number; output: string }> {
  const all = ["--stack", "mine", "--admin", "pi", "--identity", key("id_admin"), ...KEYS, ...args];
  const options = { cwd: clone, env: { SSH_AUTH_SOCK: "" }, input };
  const { exitCode, stdout, stderr } = await run("npm", ["run", "--silent", "bootstrap", "--", ...all], options);
  return { exitCode, output: stdout + stderr };
}

const config = (): Promise<string> => readFile(join(clone, FILE), "utf8");
const ssh = (user: Account, ...argv: string[]): Promise<RunResult> => lab.ssh(HOST, argv, { user });
async function root(script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.root(HOST, ["sh", "-ec", script]);
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  return stdout.trim();
}
function expectReport({ exitCode, stdout, stderr }: RunResult): void {
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ protocol: 1 });
}
const versionThere = (): Promise<string> => root(`${HELPER} version`);
const UNCHANGED = new RegExp(`^- ${HOST}: as it was: helper \\w+, accounts, Docker Engine\n$`);

test("--add makes a plain host one that can be deployed to, and writes its one line", async () => {
  for (const user of ["deploy", "probe"] as const) {
    expect((await ssh(user, "true")).stderr).toContain("Permission denied");
  }
  const { exitCode, output } = await bootstrap(["--yes", "--add", HOST, lab.host(HOST).address]);
  expect([exitCode, output]).toEqual([0, expect.stringContaining(`+ ${HOST}: helper: `)]);

  const line = `    ${HOST}: { address: ${lab.host(HOST).address}, role: agent, hostKey: ${await lab.hostKey(HOST)} }`;
  expect(await config()).toBe(before.replace(/(in the cellar\n)/, `$1${line}\n`));
  expect((await ssh("deploy", "id", "-nG")).stdout).toMatch(/^deploy docker homelab-ssh$/m);
  expect((await ssh("pi", "id", "-nG")).stdout).toContain("homelab-ssh");
  expect((await ssh("deploy", "sudo", "-n", HELPER, "version")).stdout).toContain('{"protocol":1,"version":"');
  expectReport(await ssh("probe"));
  expect(await root("hostname; getent shadow deploy probe | cut -d: -f2; getent hosts $(hostname)")).toMatch(
    new RegExp(`^${HOST}\n\\*\n\\*\n\\S+ +${HOST}`),
  );
});

test("again, also where sshd lets in the group only: nothing is changed", async () => {
  await root(`printf 'AllowGroups homelab-ssh\nPasswordAuthentication no\n' >/etc/ssh/sshd_config.d/00-test.conf
    systemctl reload ssh`);
  const former = await config();
  const { exitCode, output } = await bootstrap(["--yes", HOST]);
  expect([exitCode, output]).toEqual([0, expect.stringMatching(UNCHANGED)]);
  expect(await config()).toBe(former);
});

test("what somebody changed by hand is as it should be again", async () => {
  await root(`echo 'ssh-ed25519 AAAA stranger' >>~deploy/.ssh/authorized_keys; chmod 666 /usr/local/lib/homelab/helper
    echo 'deploy ALL=(ALL) NOPASSWD: ALL' >>/etc/sudoers.d/homelab; gpasswd --delete deploy homelab-ssh`);
  const { output } = await bootstrap(["--yes", HOST]);
  expect(output).toMatch(/deploy is in homelab-ssh, keys of deploy: 1 \(1 taken away\)/);
  expect((await ssh("deploy", "sudo", "-n", "true")).exitCode).not.toBe(0);
  expect(await root("stat -c '%a %U' /usr/local/lib/homelab/helper")).toBe("755 root");
});

describe("the helper", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "helper-"));
    await cp(join(PROGRAM, "helper"), folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));
  /** As another version of this program would. */
  const installOther = async (change: (text: string) => string): Promise<void> => {
    const file = join(folder, "helper");
    await writeFile(file, change(await readFile(file, "utf8")));
    const input = await bundle(folder, {
      hostname: HOST,
      admin: "pi",
      deployKeys: await keysOfFiles([key("id_lab.pub")]),
      probeKeys: await keysOfFiles([key("id_probe.pub")]),
      reboot: false,
    });
    expect(await lab.root(HOST, ["sh", "-c", RECEIVE], { input })).toMatchObject({ exitCode: 0 });
  };

  test("of an older version is brought up to date, with its units", async () => {
    const current = await versionThere();
    const unit = join(folder, "units/homelab-former");
    await writeFile(`${unit}.service`, "[Service]\nExecStart=true\n");
    await writeFile(`${unit}.timer`, "[Timer]\nOnBootSec=1d\n[Install]\nWantedBy=timers.target\n");
    await installOther((text) => `${text}# older\n`);
    expect(await versionThere()).not.toBe(current);
    expect(await root("systemctl is-active homelab-former.timer")).toBe("active");
    const { output } = await bootstrap(["--yes", HOST]);
    expect(output).toMatch(
      /^\+ pi-zero-3: helper: homelab-former\.service is gone, homelab-former\.timer is gone, \w+ \(was \w+\)$/m,
    );
    expect(await versionThere()).toBe(current);
    expect(await root("systemctl is-active homelab-former.timer || ls /etc/systemd/system | grep former || true")).toBe(
      "inactive",
    );
  });

  test("of a newer protocol is left alone", async () => {
    await installOther((text) => text.replace(/^PROTOCOL=.*$/m, "PROTOCOL=99"));
    const { exitCode, output } = await bootstrap(["--yes", HOST]);
    expect([exitCode, output]).toEqual([1, expect.stringContaining("speaks protocol 99")]);
    expect(output).toContain("git pull");
    await root("rm -r /usr/local/lib/homelab");
    expect((await bootstrap(["--yes", HOST])).exitCode).toBe(0);
  });
});

test.each([
  ["a shell", ["sudo", "-n", "sh", "-c", "id"]],
  ["a file of root's", ["cat", "/etc/shadow"]],
  ["the helper by another path", ["sudo", "-n", "/usr/local/lib/homelab/helper", "version"]],
  ["to be somebody else", ["sudo", "-n", "-u", "pi", "id"]],
  ["to set an environment", ["sudo", "-n", "LD_PRELOAD=/tmp/evil.so", HELPER, "version"]],
  ["to keep the environment", ["sudo", "-n", "-E", HELPER, "version"]],
  ["to change the helper", ["sh", "-c", "echo >>/usr/local/lib/homelab/helper"]],
])("deploy does not get %s", async (_, argv) => {
  const { exitCode, stdout } = await ssh("deploy", ...argv);
  expect([exitCode === 0, stdout]).toEqual([false, ""]);
});

test("an environment of deploy's making reaches nothing that runs as root", async () => {
  const script = `mkdir -p /tmp/evil; cd /tmp/evil
    for name in cat jq sha256sum id mktemp; do printf '#!/bin/sh\\nid -u >>/tmp/owned\\n' >$name; chmod +x $name; done
    echo 'id -u >>/tmp/owned' >rc
    PATH=/tmp/evil:$PATH ENV=/tmp/evil/rc BASH_ENV=/tmp/evil/rc IFS=/ LIB=/tmp/evil sudo -n ${HELPER} version`;
  expect((await ssh("deploy", "sh", "-c", script)).stdout.trim()).toBe(await versionThere());
  expect(await root("ls /tmp/owned 2>&1 || true")).toContain("No such file");
});

test("probe may run the probe only, whatever is asked of its key", async () => {
  const forward = ["-W", "127.0.0.1:22"];
  const as = (user: Account, file: string, ...args: string[]): Promise<RunResult> => {
    const known = [
      `UserKnownHostsFile=${lab.dir}/known_hosts`,
      "IdentitiesOnly=yes",
      "IdentityAgent=none",
      "BatchMode=yes",
    ];
    const options = known.flatMap((option) => ["-o", option]);
    return run("ssh", ["-F", "none", ...options, "-i", key(file), "-l", user, ...args], { timeoutMs: 20_000 });
  };
  const { address } = lab.host(HOST);
  for (const file of ["id_probe", "id_lab"]) {
    expectReport(await as("probe", file, address, "id; cat /etc/passwd"));
    const terminal = await as("probe", file, "-tt", address);
    expect(terminal).toMatchObject({
      stdout: "",
      stderr: expect.stringContaining("PTY allocation request failed") as string,
    });
  }
  expect((await as("deploy", "id_lab", ...forward, address)).stdout).toContain("SSH-2.0");
  expect(await as("probe", "id_probe", ...forward, address)).toMatchObject({ stdout: "", exitCode: 255 });
  expect((await as("deploy", "id_probe", address, "true")).stderr).toContain("Permission denied");
  expect(await root(`runuser -u probe -- sudo -n ${HELPER} version 2>&1 || true`)).toContain("password is required");
});

test("a host key that changed is refused without a question, before anything is sent", async () => {
  const former = await config();
  const other = await lab.hostKey("pi5");
  await writeFile(join(clone, FILE), former.replace(await lab.hostKey(HOST), other));
  const { exitCode, output } = await bootstrap(["--yes", HOST]);
  expect([exitCode, output]).toEqual([1, expect.stringContaining("WARNING: another key is pinned")]);
  expect(output).not.toContain("as it was");
  expect(await config()).toContain(other);
  await writeFile(join(clone, FILE), former);

  const wrong = { ...lab.host(HOST), port: 22, hostKey: other };
  const access = { admin: "pi", identity: key("id_admin"), deployKeys: ["ssh-ed25519 AAAA"], probeKeys: [] };
  const facts = await bootstrapHosts([wrong], access);
  expect(facts.map(({ sign, text }) => `${sign} ${text}`)).toEqual([
    expect.stringMatching(/^! its host key is another/),
  ]);
});

test("a host that fails costs only itself", async () => {
  const former = await config();
  const gone = lab.host(HOST).address.replace(/\d+$/, "200");
  await writeFile(join(clone, FILE), former.replace(/( {4}pi-zero-3)/, `    gone: { address: ${gone} }\n$1`));
  const { exitCode, output } = await bootstrap(["--yes", "gone", HOST]);
  expect([exitCode, output]).toEqual([
    1,
    expect.stringMatching(/^! gone: no SSH server .* answers on .*\n- pi-zero-3: as/),
  ]);
  await writeFile(join(clone, FILE), former);
});

test.each([
  ["an ARMv6", "uname", "echo armv6l", "cannot run the containers: use a Pi Zero 2 W"],
  ["an engine that refuses older clients", "dockerd", "echo Docker version 29.1.3, build 1", "upgrade it to 29.3"],
])("%s is refused", async (_, program, says, message) => {
  await root(`printf '#!/bin/sh\n${says}\n' >/usr/local/sbin/${program}; chmod +x /usr/local/sbin/${program}`);
  const { exitCode, output } = await bootstrap(["--yes", HOST]);
  expect([exitCode, output]).toEqual([1, expect.stringContaining(message)]);
  await root(`rm /usr/local/sbin/${program}`);
});

test("a kernel without memory limits: the option is written once, --reboot waits until the host is back", async () => {
  const file = "/boot/firmware/cmdline.txt";
  await root(`mkdir -p /boot/firmware; echo 'console=tty1 root=/dev/sda2 rootwait' >${file}
    [ ! -e /sys/fs/cgroup/cgroup.controllers ] || mount --bind /dev/null /sys/fs/cgroup/cgroup.controllers`);
  const first = await bootstrap(["--yes", HOST]);
  expect(first.output).toContain("? pi-zero-3: memory limits work after a reboot only");
  const started = await root("stat -c %Y /proc/1");
  const { exitCode, output } = await bootstrap(["--yes", "--reboot", HOST]);
  expect([exitCode, output]).toEqual([0, expect.stringContaining("+ pi-zero-3: rebooted")]);
  expect(await root("stat -c %Y /proc/1")).not.toBe(started);
  expect(await root(`cat ${file}`)).toBe("console=tty1 root=/dev/sda2 rootwait cgroup_enable=memory");
  await root(`rm ${file}`);
});

test("OpenMediaVault keeps its SSH, host name and firewall; its group lets all in", async () => {
  await root(`mkdir -p /tmp/omv/DEBIAN
    printf 'Package: openmediavault\nVersion: 8\nArchitecture: all\nMaintainer: x\nDescription: x\n' >/tmp/omv/DEBIAN/control
    dpkg-deb --build /tmp/omv /tmp/omv.deb; dpkg -i /tmp/omv.deb; hostname other`);
  const { exitCode, output } = await bootstrap(["--yes", HOST]);
  expect([exitCode, output]).toEqual([0, expect.stringContaining("- pi-zero-3: OpenMediaVault owns SSH")]);
  expect(await root("getent group _ssh | cut -d: -f4; hostname")).toBe("deploy,probe,pi\nother");
  await root("dpkg --purge openmediavault");
  expect((await bootstrap(["--yes", HOST])).output).toContain(`host name ${HOST}, was other`);
});

test("what is missing is installed: Debian's Docker Engine, where Docker's own packages cannot be had", async () => {
  const packages = "docker.io docker-cli jq ufw unattended-upgrades";
  // The lab's hosts have no way out; a folder of theirs is their Debian mirror.
  await root(`apt-get --quiet --yes purge ${packages}
    rm -rf /etc/apt/sources.list /etc/apt/sources.list.d
    mkdir /etc/apt/sources.list.d
    echo 'deb [trusted=yes] file:/usr/local/lib/lab/mirror ./' >/etc/apt/sources.list`);
  const { exitCode, output } = await bootstrap(["--yes", HOST]);
  expect([exitCode, output]).toEqual([0, expect.stringMatching(/installed( \S+)* jq\b/)]);
  expect(output).toMatch(
    /^\+ pi-zero-3: Docker Engine \S+, Debian's docker\.io: Docker's own packages could not be had$/m,
  );
  expect(await root(`dpkg-query -W -f '\${db:Status-Status} ' ${packages}; ls /etc/apt/sources.list.d`)).toBe(
    "installed installed installed installed installed",
  );
  expect((await ssh("deploy", "docker", "version", "--format", "{{.Server.Version}}")).stdout).toMatch(/^\d+\./);
  expect((await bootstrap(["--yes", HOST])).output).toMatch(UNCHANGED);
});

test("an admin without a key gets those of deploy, since passwords will not do any more", async () => {
  await root("useradd --create-home owner");
  const input = await bundle(join(PROGRAM, "helper"), {
    hostname: HOST,
    admin: "owner",
    deployKeys: await keysOfFiles([key("id_lab.pub")]),
    probeKeys: [],
    reboot: false,
  });
  const { stdout } = await lab.root(HOST, ["sh", "-c", RECEIVE], { input });
  expect(stdout).toContain("? owner had no key and has those of deploy now");
  expect(await root("cut -d' ' -f1,2 ~owner/.ssh/authorized_keys; stat -c '%a %U' ~owner/.ssh")).toBe(
    `${(await readFile(key("id_lab.pub"), "utf8")).split(" ").slice(0, 2).join(" ")}\n700 owner`,
  );
});

test("a sudo that wants a password is given the one that was typed", async () => {
  await root("echo pi:correct-horse | chpasswd; rm /etc/sudoers.d/010_pi-nopasswd");
  const unasked = await bootstrap(["--yes", HOST]);
  expect([unasked.exitCode, unasked.output]).toEqual([1, expect.stringContaining("sudo wants the password of pi")]);
  const wrong = await bootstrap([HOST], "wrong\n");
  expect([wrong.exitCode, wrong.output]).toEqual([1, expect.stringContaining("not the password of pi")]);
  const { exitCode, output } = await bootstrap([HOST], "correct-horse\n");
  expect([exitCode, output]).toEqual([0, expect.stringContaining("keys of probe: 2")]);
  expect(output).not.toContain("correct-horse");
});
