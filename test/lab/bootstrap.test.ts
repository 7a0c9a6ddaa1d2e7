import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "../../lab/lab.js";
import { PROTOCOL } from "../../model/helper.js";
import { bundle } from "../../scripts/bootstrap/bundle.js";
import { bootstrapHosts, RECEIVE } from "../../scripts/bootstrap/bootstrap.js";
import { keysOfFiles } from "../../scripts/bootstrap/public-keys.js";
import { run } from "../../scripts/lib/process.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import { lab } from "./homelab.js";
import { HELPER, HOST, key, plainHost, UNCHANGED } from "./plain-host.js";

// From a plain Debian with only an admin to a host that can be deployed to, by the owner's command. The tests follow each
// other on one host.

jest.setTimeout(600_000);
const { bootstrap, config, writeConfig, ssh, root } = plainHost();

function expectReport({ exitCode, stdout, stderr }: RunResult): void {
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ protocol: PROTOCOL });
}
const versionThere = (): Promise<string> => root(`${HELPER} version`);

test("--add makes a plain host one that can be deployed to, and writes its one line", async () => {
  const before = await config();
  for (const user of ["deploy", "probe"] as const) {
    expect((await ssh(user, "true")).stderr).toContain("Permission denied");
  }
  const { exitCode, output } = await bootstrap(["--yes", "--add", HOST, lab.host(HOST).address]);
  expect([exitCode, output]).toEqual([0, expect.stringContaining(`+ ${HOST}: helper: `)]);

  const line = `    ${HOST}: { address: ${lab.host(HOST).address}, role: agent, hostKey: ${await lab.hostKey(HOST)} }`;
  expect(await config()).toBe(before.replace(/(in the cellar\n)/, `$1${line}\n`));
  expect((await ssh("deploy", "id", "-nG")).stdout).toMatch(/^deploy docker homelab-ssh$/m);
  expect((await ssh("pi", "id", "-nG")).stdout).toContain("homelab-ssh");
  expect((await ssh("deploy", "sudo", "-n", HELPER, "version")).stdout).toContain(
    `{"protocol":${PROTOCOL},"version":"`,
  );
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
    echo 'deploy ALL=(ALL) NOPASSWD: ALL' >>/etc/sudoers.d/homelab; gpasswd --delete deploy homelab-ssh
    chage --expiredate 0 deploy; usermod --lock --shell /usr/sbin/nologin deploy`);
  const { output } = await bootstrap(["--yes", HOST]);
  expect(output).toContain("deploy no longer expires, deploy may log in again");
  expect((await ssh("deploy", "true")).exitCode).toBe(0);
  expect(output).toMatch(/deploy is in homelab-ssh, keys of deploy: 1 \(1 removed\)/);
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
  await writeConfig(former.replace(await lab.hostKey(HOST), other));
  const { exitCode, output } = await bootstrap(["--yes", HOST]);
  expect([exitCode, output]).toEqual([1, expect.stringContaining("WARNING: another key is pinned")]);
  expect(output).not.toContain("as it was");
  expect(await config()).toContain(other);
  await writeConfig(former);

  const wrong = { ...lab.host(HOST), port: 22, hostKey: other };
  const access = { admin: "pi", identity: key("id_admin"), deployKeys: ["ssh-ed25519 AAAA"], probeKeys: [] };
  const facts = await bootstrapHosts([wrong], access);
  expect(facts.map(({ sign, text }) => `${sign} ${text}`)).toEqual([expect.stringMatching(/^! its host key differs/)]);
});

test("a host that fails costs only itself", async () => {
  const former = await config();
  const gone = lab.host(HOST).address.replace(/\d+$/, "200");
  await writeConfig(former.replace(/( {4}pi-zero-3)/, `    gone: { address: ${gone} }\n$1`));
  const { exitCode, output } = await bootstrap(["--yes", "gone", HOST]);
  expect([exitCode, output]).toEqual([
    1,
    expect.stringMatching(/^! gone: no SSH server .* answers on .*\n- pi-zero-3: unchanged/),
  ]);
  await writeConfig(former);
});
