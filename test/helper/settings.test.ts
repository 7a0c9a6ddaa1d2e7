import { readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { SettingReport } from "../../model/drift/report.js";
import { HELPER_SOURCE, UNITS_RUN } from "./fake-host.js";
import { input, PROGRAMS, WholeHost } from "./whole-host.js";

// The life of settings on a host that is a folder: applied, applied again, changed by hand, repaired, removed. Each program
// that starts takes time, so all go through it together, and one probe sees all of them.

jest.setTimeout(300_000); // starting programs is all that it takes, which a busy machine does slowly

let host: WholeHost;
beforeEach(async () => {
  host = await WholeHost.make();
});
afterEach(() => {
  host.remove();
});
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
const TIMERS = ["apt-daily.timer", "apt-daily-upgrade.timer"];
const LIVES: Readonly<Record<string, Life>> = {
  base: {
    on: "tv",
    called: "systemctl -q enable --now homelab-watch.timer",
    asleep: [
      "not-running homelab-watch.timer",
      ...["homelab-firewall.service", "homelab-revert.service", "homelab-watch.timer"].map((it) => `not-enabled ${it}`),
    ],
    byHand: () => {
      host.write("etc/group", host.read("etc/group").replace("docker:x:2:deploy", "docker:x:2:deploy,probe"));
      host.write("home/deploy/.ssh/authorized_keys", "ssh-ed25519 AAAA deploy@here\nssh-ed25519 BBBB other@there\n");
      host.write("home/probe/.ssh/authorized_keys", "ssh-ed25519 AAAA probe@here\n");
      host.write("etc/hostname", "changed\n");
    },
    changed: ["added ", "changed ", "changed ", "changed "],
  },
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
    asleep: [
      "not-enabled systemd-timesyncd.service",
      ...TIMERS.flatMap((it) => [`not-running ${it}`, `not-enabled ${it}`]),
    ],
    byHand: () => {
      gone("etc/localtime");
      symlinkSync(join(host.root, "usr/share/zoneinfo/Etc/UTC"), join(host.root, "etc/localtime"));
      host.write("kernel", host.read("kernel").replace("tcp_syncookies = 1", "tcp_syncookies = 0"));
      gone("etc/systemd/journald.conf.d/60-homelab.conf");
    },
    // what the file said is not in force either
    changed: [
      "removed /etc/systemd/journald.conf.d/60-homelab.conf",
      ...["changed ", "changed ", "missing ", "missing ", "missing "],
    ],
  },
  docker: {
    on: "tv",
    called: "systemctl restart docker.service",
    asleep: ["not-running docker.service", "not-enabled docker.service", "not-running containerd.service"],
    byHand: () => {
      host.write("etc/docker/daemon.json", host.read("etc/docker/daemon.json").replace("true", "false"));
    },
    changed: ["changed ", "changed daemon.json"],
  },
  mounts: {
    on: "tv",
    called: "systemctl daemon-reload",
    asleep: [
      ...["mnt-media-old\\x2dfilms.mount", "homelab-start-player.service"].map((it) => `not-enabled ${it}`),
      ...["homelab-mountpoints.service", "homelab-mounts.timer"].map((it) => `not-enabled ${it}`),
      "not-running homelab-mounts.timer",
    ],
    byHand: () => {
      host.write("proc/self/mountinfo", "");
    },
    changed: ["not-mounted /mnt/media/old-films"],
  },
  certificates: {
    on: "tv",
    called: "systemctl daemon-reload",
    asleep: ["not-running homelab-certificate.timer", "not-enabled homelab-certificate.timer"],
    byHand: () => {
      host.write("var/lib/homelab-tls/server.key", "another");
    },
    changed: ["missing "],
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
    const reports = await host.probe();
    const shown = ({ code, item }: SettingReport["drift"][number]): string => `${code} ${item.replace(host.root, "")}`;
    return each((_, name) => reports[name]?.drift.map(shown).sort() ?? []);
  };
  const sorted = (findings: readonly string[]): string[] => [...findings].sort();

  for (const [name, { on, called }] of lives) {
    const before = host.files();
    expect([name, await host.apply(name, input(on, name))]).toEqual([name, "applied"]);
    expect(host.calls()).toContain(called);
    expect(host.files()).not.toEqual(before);
    expect([name, await host.apply(name, input(on, name))]).toEqual([name, "unchanged"]);
  }
  expect(await host.probe()).toMatchObject(each(() => ({ state: "applied", drift: [] })));

  host.program("systemctl", UNITS_RUN.replace("=active", "=inactive").replace("=enabled", "=disabled"));
  expect(await found()).toEqual(each(({ asleep }) => sorted(asleep)));
  host.program("systemctl", PROGRAMS.systemctl);

  lives.forEach(([, { byHand }]) => {
    byHand();
  });
  expect(await found()).toEqual(each(({ changed }) => sorted(changed)));

  host.write("srv/nas/old-films/film", ""); // what is gone is not made again: it may be a disk that is not mounted
  for (const [name, { on }] of lives) {
    expect([name, await host.apply(name, input(on, name))]).toEqual([name, "applied"]);
  }
  expect(await host.probe()).toMatchObject(each(() => ({ state: "applied", drift: [] })));

  for (const [name] of lives) {
    expect([name, (await host.helper(["remove", name])).exitCode]).toEqual([name, 0]);
  }
  expect(await host.probe()).toMatchObject(each(() => ({ state: "absent", drift: [] })));
  // what bootstrap made stays
  const left = Object.keys(host.files()).filter((file) => /homelab/.test(file));
  const bootstrapped = [
    "sudoers.d/homelab",
    ...readdirSync(join(HELPER_SOURCE, "units")).map((it) => `systemd/system/${it}`),
  ];
  expect(left.sort()).toEqual(bootstrapped.sort());
});

test("a time zone that is another name of one takes effect as that one", async () => {
  symlinkSync("Etc/UTC", join(host.root, "usr/share/zoneinfo/UTC"));
  const wanted = input("tv", "system").replace(/"timezone":"[^"]*"/, '"timezone":"UTC"');
  expect(await host.apply("system", wanted)).toBe("applied");
  expect(await host.apply("system", wanted)).toBe("unchanged");
  expect((await host.probe())["system"]).toMatchObject({ state: "applied", drift: [] });
});

test("Docker's pools of addresses are the owner's, if there are any", async () => {
  const pools = (): unknown =>
    (JSON.parse(host.read("etc/docker/daemon.json")) as Record<string, unknown>)["default-address-pools"];
  const wanted = input("tv", "docker");
  const theirs = [{ base: "10.99.0.0/16", size: 24 }];
  expect(await host.apply("docker", wanted)).toBe("applied");
  expect(pools()).toContainEqual({ base: "172.18.0.0/15", size: 24 });
  const daemon = JSON.parse(host.read("etc/docker/daemon.json")) as object;
  host.write("etc/docker/daemon.json", JSON.stringify({ ...daemon, "default-address-pools": theirs }));
  expect(await host.apply("docker", wanted)).toBe("applied");
  expect(pools()).toEqual(theirs);
  expect(await host.apply("docker", wanted)).toBe("unchanged");
  expect((await host.probe())["docker"]).toMatchObject({ state: "applied", drift: [] });
});
