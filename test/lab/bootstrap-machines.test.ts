import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "../../scripts/bootstrap/bundle.js";
import { RECEIVE } from "../../scripts/bootstrap/bootstrap.js";
import { keysOfFiles } from "../../scripts/bootstrap/public-keys.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import { lab } from "./homelab.js";
import { HOST, key, plainHost, UNCHANGED } from "./plain-host.js";

// What bootstrap makes of machines that are not as the others: what it refuses, what it installs, whose sudo asks. The tests
// follow each other on one host.

jest.setTimeout(600_000);
const { bootstrap, ssh, root } = plainHost();

beforeAll(async () => {
  const { exitCode, output } = await bootstrap(["--yes", "--add", HOST, lab.host(HOST).address]);
  expect([exitCode, exitCode === 0 ? "" : output]).toEqual([0, ""]);
  // sshd lets in the group only, as the program has it
  await root(`printf 'AllowGroups homelab-ssh\nPasswordAuthentication no\n' >/etc/ssh/sshd_config.d/00-test.conf
    systemctl reload ssh`);
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
  expect(first.output).toContain("? pi-zero-3: memory limits work only after a reboot");
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
  expect([exitCode, output]).toEqual([0, expect.stringContaining("- pi-zero-3: OpenMediaVault manages SSH")]);
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
    /^\+ pi-zero-3: installed Docker Engine \S+ from Debian's docker\.io: Docker's own packages are not available$/m,
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
  expect(stdout).toContain("? owner had no key and now has those of deploy");
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
