import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { SettingReport } from "../../model/drift/report.js";
import { readReport } from "../../model/drift/report.js";
import { FakeHost, UNITS_RUN, where } from "./fake-host.js";
import { homelab } from "./homelabs.js";

// The life of settings on a host that is a folder: applied, applied again, changed by hand, repaired, removed. Each program
// that starts takes time, so all go through it together, and one probe sees all of them.

jest.setTimeout(120_000); // starting programs is all that it takes, which a busy machine does slowly

const service = { name: "player", share: "old-films", writes: false, audience: ["lan"], listens: false };
const HOMELAB = homelab({
  base: "debian",
  root: "/srv/nas",
  timezone: "Europe/Berlin",
  subnet6: undefined,
  from: ["lan"],
  shares: { "old-films": { write: ["anna"], read: ["ben"] } },
  hosts: [
    { name: "box", role: "nas", services: [] },
    { name: "tv", role: "media", services: [service] },
  ],
});
const input = (host: string, setting: string): string => {
  const found = HOMELAB.hosts.find(({ name }) => name === host)?.settings.find(({ name }) => name === setting);
  return typeof found?.input === "string" ? found.input : "";
};

/** Programs that do as much of the real ones as the settings see. */
const PROGRAMS = {
  getent: `case "$1 $2" in
    "group homelab-ssh") echo "homelab-ssh:x:1:pi" ;;
    "passwd pi" | "passwd 1000") echo "pi:x:1000:1000::$ROOT/home/pi:" ;;
    "group 1000") echo "pi:x:1000:" ;;
    *) exit 2 ;;
  esac`,
  sudo: 'echo "    (ALL) NOPASSWD: ALL"',
  ss: "echo LISTEN 0 128 0.0.0.0:22 0.0.0.0:*",
  sshd: `[ "$1" != -T ] || echo port 22; [ "$1" != -T ] || cat "$ROOT"/etc/ssh/sshd_config.d/*.conf | awk '/^[A-Za-z]/ { key = tolower($1); $1 = key; if (!seen[key]++) print }'`,
  "apt-config": "",
  sysctl: `case $1 in
    -q) cp "$3" "$ROOT/kernel" ;;
    -e) shift; for name in "$@"; do grep "^$name " "$ROOT/kernel"; done ;;
  esac`,
  dockerd: "",
  // Mounts are lines of the kernel's table.
  systemctl: `${UNITS_RUN}
  table=$ROOT/proc/self/mountinfo
  case $1 in
    start | stop)
      for unit in "$@"; do
        case $unit in mnt-media-*.mount) ;; *) continue ;; esac
        where=$(systemd-escape --unescape --path "\${unit%.mount}")
        grep -v " $where " "$table" >"$table.new"
        [ "$1" = stop ] || echo "1 1 0:1 / $where rw" >>"$table.new"
        mv "$table.new" "$table"
      done ;;
  esac`,
  "systemd-escape": `printf '%s\\n' "$3" | sed 's|^|/|; s|-|/|g; s|\\\\x2d|-|g'`,
  "mount.nfs4": "",
  chown: "",
  exportfs: `[ "$1" != -s ] || sed -e 's/^#.*//' -e :a -e '/\\\\$/N; s/\\\\\\n *//; ta' "$ROOT/etc/exports.d/homelab.exports" 2>/dev/null | grep . || true`,
  smbd: "",
  smbcontrol: "",
  testparm: "cat $ROOT/etc/samba/smb.conf",
};

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost(PROGRAMS);
  // Only root can give a folder to another.
  host.program("stat", `case $2 in *%u*) echo "1000:1000 2775" ;; *) exec ${where("stat")} "$@" ;; esac`);
  host.write("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n");
  host.write("etc/ssh/sshd_config.d/00-early.conf", "PermitRootLogin yes\n");
  host.write("etc/samba/smb.conf", "[global]\n   workgroup = OURS\n");
  host.write("etc/docker/daemon.json", '{"labels": ["owner=me"], "live-restore": false}\n');
  host.write("etc/timezone", "Europe/Berlin\n");
  host.write("etc/fstab", "");
  host.write("home/pi/.ssh/authorized_keys", "ssh-ed25519 AAAA\n");
  host.write("usr/share/zoneinfo/Europe/Berlin", "");
  host.write("usr/share/zoneinfo/Etc/UTC", "");
  host.write("proc/self/mountinfo", "");
  symlinkSync(join(host.root, "usr/share/zoneinfo/Europe/Berlin"), join(host.root, "etc/localtime"));
});
afterEach(() => {
  host.remove();
});

/** Every file below /etc, with what is in it. */
const files = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(host.root, "etc"), { recursive: true, encoding: "utf8" }).flatMap((name) => {
      const file = lstatSync(join(host.root, "etc", name));
      return file.isDirectory()
        ? []
        : [[name, file.isSymbolicLink() ? readlinkSync(join(host.root, "etc", name)) : host.read(`etc/${name}`)]];
    }),
  );
async function probe(): Promise<Readonly<Record<string, SettingReport>>> {
  const { stdout, stderr } = await host.helper(["probe"]);
  const reading = readReport(stdout);
  return reading.status === "ok" ? reading.report.settings : fail(`${reading.reason}: ${stderr}`);
}
const seen = async (name: string): Promise<SettingReport | undefined> => (await probe())[name];
const fail = (why: string): never => {
  throw new Error(why);
};
async function apply(name: string, text: string): Promise<string> {
  const { exitCode, stdout, stderr } = await host.helper(["apply", name], text);
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  if (name === "ssh") {
    await host.helper(["confirm", createHash("sha256").update(text).digest("hex")]);
  }
  return stdout.trim().split("\n").at(-1) ?? "";
}
const gone = (path: string): void => {
  rmSync(join(host.root, path));
};

interface Life {
  /** A host that has this setting. */
  readonly on: string;
  /** A program that it runs to take effect. */
  readonly called: string;
  /** What is found where no unit runs or starts at boot. */
  readonly asleep: readonly string[];
  /** What somebody else changes, and what is found then. */
  readonly byHand: () => void;
  readonly changed: readonly string[];
}
const LIVES: Readonly<Record<string, Life>> = {
  ssh: {
    on: "tv",
    called: "systemctl reload-or-restart ssh.service",
    asleep: ["not-running ssh.service", "not-enabled ssh.service"],
    byHand: () => {
      host.write("etc/ssh/sshd_config.d/00-aaa.conf", "PermitRootLogin yes\n");
    },
    changed: ["changed "],
  },
  system: {
    on: "tv",
    called: "systemctl restart systemd-journald.service",
    asleep: ["not-enabled systemd-timesyncd.service", "not-enabled apt-daily-upgrade.timer"],
    byHand: () => {
      gone("etc/localtime");
      symlinkSync(join(host.root, "usr/share/zoneinfo/Etc/UTC"), join(host.root, "etc/localtime"));
      host.write("kernel", host.read("kernel").replace("tcp_syncookies = 1", "tcp_syncookies = 0"));
      gone("etc/systemd/journald.conf.d/60-homelab.conf");
    },
    changed: ["removed /etc/systemd/journald.conf.d/60-homelab.conf", "changed ", "changed "],
  },
  docker: {
    on: "tv",
    called: "systemctl restart docker.service",
    asleep: ["not-running docker.service"],
    byHand: () => {
      host.write("etc/docker/daemon.json", host.read("etc/docker/daemon.json").replace("true", "false"));
    },
    changed: ["changed daemon.json"],
  },
  mounts: {
    on: "tv",
    called: "systemctl daemon-reload",
    asleep: ["not-enabled mnt-media-old\\x2dfilms.mount", "not-running homelab-mounts.timer"],
    byHand: () => {
      host.write("proc/self/mountinfo", "");
    },
    changed: ["not-mounted /mnt/media/old-films"],
  },
  nfs: {
    on: "box",
    called: "exportfs -ra",
    asleep: ["not-running nfs-server.service", "not-enabled nfs-server.service"],
    byHand: () => {
      rmSync(join(host.root, "srv/nas/old-films"), { recursive: true });
      host.write("etc/exports", "/srv/nas/old-films *(rw)\n");
    },
    changed: ["removed /srv/nas/old-films", "added /etc/exports"],
  },
  smb: {
    on: "box",
    called: "systemctl restart smbd.service",
    asleep: ["not-running smbd.service", "not-enabled smbd.service"],
    byHand: () => {
      host.write("etc/samba/smb.conf", "[global]\n   workgroup = OURS\n");
    },
    changed: ["changed /etc/samba/smb.conf"],
  },
};

test("settings are applied, told apart, repaired and removed", async () => {
  const lives = Object.entries(LIVES);
  const each = <T>(of: (life: Life, name: string) => T): Record<string, T> =>
    Object.fromEntries(lives.map(([name, life]) => [name, of(life, name)]));
  const found = async (): Promise<Record<string, string[]>> => {
    const reports = await probe();
    const shown = ({ code, item }: SettingReport["drift"][number]): string => `${code} ${item.replace(host.root, "")}`;
    return each((_, name) => reports[name]?.drift.map(shown).sort() ?? []);
  };
  const sorted = (findings: readonly string[]): string[] => [...findings].sort();

  for (const [name, { on, called }] of lives) {
    const before = files();
    expect([name, await apply(name, input(on, name))]).toEqual([name, "applied"]);
    expect(host.calls()).toContain(called);
    expect(files()).not.toEqual(before);
    expect([name, await apply(name, input(on, name))]).toEqual([name, "unchanged"]);
  }
  expect(await probe()).toMatchObject(each(() => ({ state: "applied", drift: [] })));

  host.program("systemctl", UNITS_RUN.replace("=active", "=inactive").replace("=enabled", "=disabled"));
  expect(await found()).toEqual(each(({ asleep }) => sorted(asleep)));
  host.program("systemctl", PROGRAMS.systemctl);

  lives.forEach(([, { byHand }]) => {
    byHand();
  });
  expect(await found()).toEqual(each(({ changed }) => sorted(changed)));

  host.write("srv/nas/old-films/film", ""); // what is gone is not made again: it may be a disk that is not mounted
  for (const [name, { on }] of lives) {
    expect([name, await apply(name, input(on, name))]).toEqual([name, "applied"]);
  }
  expect(await probe()).toMatchObject(each(() => ({ state: "applied", drift: [] })));

  for (const [name] of lives) {
    expect([name, (await host.helper(["remove", name])).exitCode]).toEqual([name, 0]);
  }
  expect(await probe()).toMatchObject(each(() => ({ state: "absent", drift: [] })));
  expect(Object.keys(files()).filter((file) => /homelab/.test(file))).toEqual([]);
});

test("what cannot take effect is taken back, and told", async () => {
  const before = files();
  host.program("systemctl", '[ "$*" != "restart docker.service" ]');
  const { exitCode, stderr } = await host.helper(["apply", "docker"], input("tv", "docker"));
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("the former files are back, but do not take effect")]);
  expect(files()).toEqual(before);
  expect(await seen("docker")).toMatchObject({ state: "absent", digest: null });
});

test("a guarded change that nobody confirms goes back, and at boot needs no service for it", async () => {
  const before = files();
  expect((await host.helper(["apply", "ssh"], input("tv", "ssh"))).exitCode).toBe(0);
  expect(await seen("ssh")).toMatchObject({ state: "pending" });
  expect(host.calls().filter((call) => call.startsWith("systemd-run"))).toEqual([
    expect.stringMatching(/--on-active=60s .*homelab-helper revert$/),
  ]);
  expect(await host.helper(["apply", "docker"], input("tv", "docker"))).toMatchObject({
    exitCode: 65,
    stderr: expect.stringContaining("ssh waits for its confirmation") as string,
  });
  expect((await host.helper(["revert"], "", { HOMELAB_BOOT: "1" })).stdout).toContain("ssh: back to the former state");
  expect(host.calls()).not.toContain("systemctl reload-or-restart ssh.service");
  expect(await seen("ssh")).toMatchObject({ state: "reverted", digest: null });
  expect(files()).toEqual(before);
});
