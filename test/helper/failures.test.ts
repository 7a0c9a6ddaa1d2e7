import { utimesSync } from "node:fs";
import { join } from "node:path";
import { UNITS_RUN, where } from "./fake-host.js";
import { input, PROGRAMS, WholeHost } from "./whole-host.js";

// Changes that cannot take effect, are cut off, or that nobody confirms, on a host that is a folder.

jest.setTimeout(120_000);

let host: WholeHost;
beforeEach(async () => {
  host = await WholeHost.make();
});
afterEach(() => {
  host.remove();
});

test("what cannot take effect is taken back, and told", async () => {
  const before = host.files();
  host.program("systemctl", '[ "$*" != "restart docker.service" ]');
  const { exitCode, stderr } = await host.helper(["apply", "docker"], input("tv", "docker"));
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("the former files are back, but do not take effect")]);
  expect(host.files()).toEqual(before);
  expect((await host.probe())["docker"]).toMatchObject({ state: "absent", digest: null });
});

test("what cannot be put back is named, and stays unfinished until it is", async () => {
  await host.apply("docker", input("tv", "docker"));
  const other = input("tv", "docker").replace("10m", "11m");
  // a disk that is full by the time of the restart
  host.program("systemctl", `[ "$1" != restart ] || { touch "$ROOT/full"; exit 1; }; ${UNITS_RUN}`);
  host.program("sync", '[ ! -e "$ROOT/full" ] || case $1 in *daemon.json*) exit 1 ;; esac');
  const { exitCode, stderr } = await host.helper(["apply", "docker"], other);
  expect([exitCode, stderr]).toEqual([
    1,
    expect.stringContaining("could not be put back as they were: /etc/docker/daemon.json"),
  ]);
  expect((await host.probe())["docker"]?.drift.map(({ code }) => code)).toContain("unfinished");
  host.program("systemctl", PROGRAMS.systemctl);
  host.program("sync", "");
  expect(await host.apply("docker", input("tv", "docker"))).toBe("applied");
  expect((await host.probe())["docker"]).toMatchObject({ state: "applied", drift: [] });
});

test("a change that is killed before it takes effect is finished by the next", async () => {
  await host.apply("system", input("tv", "system"));
  const other = input("tv", "system").replace("SystemMaxUse=256M", "SystemMaxUse=128M");
  expect(other).not.toBe(input("tv", "system"));
  // the helper, and the part of it that puts the change in force
  const kill = `kill -9 "$(cut -d" " -f4 /proc/$PPID/stat)" $PPID`;
  host.program("systemctl", `[ "$*" != "restart systemd-journald.service" ] || { ${kill}; }; ${UNITS_RUN}`);
  await host.helper(["apply", "system"], other);
  expect(host.read("etc/systemd/journald.conf.d/60-homelab.conf")).toContain("128M");
  expect((await host.probe())["system"]?.drift.map(({ code }) => code)).toContain("unfinished");
  host.program("systemctl", PROGRAMS.systemctl);
  host.calls();
  expect(await host.apply("system", other)).toBe("applied");
  expect(host.calls()).toContain("systemctl restart systemd-journald.service");
  expect((await host.probe())["system"]).toMatchObject({ state: "applied", drift: [] });
});

test.each([
  ["full", "0 4096 1000 2000", "is full: 0 MB are left: make room"],
  ["without inodes", "900000 4096 3 2000", "has no inodes left: there are too many files on it (df -i): make room"],
])("nothing is begun on a disk that is %s", async (_, says, words) => {
  const before = host.files();
  host.program("stat", `[ "$1" != -f ] || { echo "01:2 ${says} $4"; exit; }; exec ${where("stat")} "$@"`);
  host.program("head", `case $* in */dev/zero*) exit 1 ;; *) exec ${where("head")} "$@" ;; esac`);
  expect(await host.helper(["apply", "docker"], input("tv", "docker"))).toMatchObject({
    exitCode: 65,
    stderr: expect.stringContaining(`the disk of /var/lib/homelab ${words}`) as string,
  });
  expect(host.files()).toEqual(before);
});

test("a guarded change that nobody confirms goes back, and at boot needs no service for it", async () => {
  const before = host.files();
  expect((await host.helper(["apply", "ssh"], input("tv", "ssh"))).exitCode).toBe(0);
  expect((await host.probe())["ssh"]).toMatchObject({ state: "pending" });
  expect(host.calls().filter((call) => call.startsWith("systemd-run"))).toEqual([
    expect.stringMatching(/--on-active=60s .*homelab-helper revert$/),
  ]);
  expect(await host.helper(["apply", "docker"], input("tv", "docker"))).toMatchObject({
    exitCode: 65,
    stderr: expect.stringContaining("ssh waits for its confirmation") as string,
  });
  expect(await host.helper(["revert"], "", { HOMELAB_BOOT: "1" })).toMatchObject({
    stderr: "",
    stdout: expect.stringContaining("ssh: back to the former state") as string,
  });
  expect(host.calls()).not.toContain("systemctl reload-or-restart ssh.service");
  expect((await host.probe())["ssh"]).toMatchObject({ state: "reverted", digest: null });
  expect(host.files()).toEqual(before);
});

test("a clock that is off by a day neither shortens nor lengthens the time for a confirmation", async () => {
  const clock = (uptime: number, boot = "b1"): void => {
    host.write("proc/uptime", `${uptime}.50 1.00\n`);
    host.write("proc/sys/kernel/random/boot_id", `${boot}\n`);
  };
  const pending = join(host.root, "var/lib/homelab/pending");
  const state = async (): Promise<unknown> => (await host.probe())["ssh"]?.state;
  const DAY = 86_400;
  clock(1000);
  for (const days of [-1, 1]) {
    expect((await host.helper(["apply", "ssh"], input("tv", "ssh"))).exitCode).toBe(0);
    // what is left of a clock that was set: files of another day, and a date that nobody should ask for
    const then = Date.now() / 1000 + days * DAY;
    for (const name of ["", "deadline", "token"]) {
      utimesSync(join(pending, name), then, then);
    }
    host.program("date", `exec ${where("date")} --date="${days} day" "$@"`);
    clock(1059);
    expect((await host.helper(["watch"])).exitCode).toBe(0);
    expect([days, await state()]).toEqual([days, "pending"]);
    clock(1060);
    expect((await host.helper(["watch"])).stdout).toContain("nobody confirmed it in time");
    expect([days, await state()]).toEqual([days, "reverted"]);
    clock(1000);
  }
  expect((await host.helper(["apply", "ssh"], input("tv", "ssh"))).exitCode).toBe(0);
  clock(5, "b2"); // after a boot, whose time begins again
  expect((await host.helper(["watch"])).stdout).toContain("nobody confirmed it in time");
});

test("after a clock was set back, Docker's file is not for ever newer than Docker", async () => {
  await host.apply("docker", input("tv", "docker"));
  const tomorrow = Date.now() / 1000 + 86_400;
  utimesSync(join(host.root, "etc/docker/daemon.json"), tomorrow, tomorrow);
  expect((await host.probe())["docker"]?.drift.map(({ item }) => item)).toEqual(["daemon.json"]);
  expect(await host.apply("docker", input("tv", "docker"))).toBe("applied");
  expect((await host.probe())["docker"]?.drift).toEqual([]);
});
