import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { SettingReport } from "../../model/drift/report.js";
import { readReport } from "../../model/drift/report.js";
import { FakeHost, UNITS_RUN, where } from "./fake-host.js";
import { homelab } from "./homelabs.js";

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
/** What the program would give the helper of a host. */
export const input = (host: string, setting: string): string => {
  const found = HOMELAB.hosts.find(({ name }) => name === host)?.settings.find(({ name }) => name === setting);
  return typeof found?.input === "string" ? found.input : "";
};

/** Programs that do as much of the real ones as the settings see. */
export const PROGRAMS = {
  // Accounts and groups are lines of the host's own files.
  getent: `awk -F: -v key="$2" '$1 == key || $3 == key { print; found = 1 } END { exit !found }' "$ROOT/etc/$1"`,
  usermod: `[ "$1" = --groups ] || exit 0; awk -F: -v OFS=: -v name="$3" -v list=",$2," '{
      n = split($4, is, ","); members = ""
      for (i = 1; i <= n; i++) if (is[i] != name) members = members (members == "" ? "" : ",") is[i]
      if (index(list, "," $1 ",")) members = members (members == "" ? "" : ",") name
      $4 = members; print }' "$ROOT/etc/group" >"$ROOT/group.new" && mv "$ROOT/group.new" "$ROOT/etc/group"`,
  sudo: `case $* in
    *deploy) echo "    (root) NOSETENV: NOPASSWD: /usr/local/sbin/homelab-helper" ;;
    *probe) echo "    (root) NOSETENV: NOPASSWD: /usr/local/sbin/homelab-helper probe" ;;
    *) echo "    (ALL) NOPASSWD: ALL" ;;
  esac`,
  visudo: "",
  uname: "cat $ROOT/etc/hostname",
  hostnamectl: 'echo "$2" >"$ROOT/etc/hostname"',
  ss: "echo LISTEN 0 128 0.0.0.0:22 0.0.0.0:*",
  sshd: `[ "$1" != -T ] || echo port 22; [ "$1" != -T ] || cat "$ROOT"/etc/ssh/sshd_config.d/*.conf | awk '/^[A-Za-z]/ { key = tolower($1); $1 = key; if (!seen[key]++) print }'`,
  // APT and systemd read all files, and the last word counts.
  "apt-config": `[ "$1" != dump ] || cat "$ROOT"/etc/apt/apt.conf.d/* 2>/dev/null | sed 's/;$//; s/ { /:: /; s/; }$//; s/$/;/'`,
  "systemd-analyze": 'cat "$ROOT"/etc/sysctl.d/* "$ROOT"/etc/systemd/journald.conf.d/* 2>/dev/null',
  "unattended-upgrade": "",
  sysctl: `case $1 in
    -q) cp "$3" "$ROOT/kernel" ;;
    -e) shift; for name in "$@"; do grep "^$name " "$ROOT/kernel"; done ;;
  esac`,
  dockerd: "",
  // The engine runs with what was in the file when it started.
  curl: `case $* in *http://docker/info) jq -c '{LiveRestoreEnabled: ."live-restore", LoggingDriver: ."log-driver"}' "$ROOT/run/docker.json" ;; esac`,
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
    restart) [ "$2" != docker.service ] || cp "$ROOT/etc/docker/daemon.json" "$ROOT/run/docker.json"; echo 1 >"$ROOT/run/docker.pid" ;;
  esac`,
  "systemd-escape": `printf '%s\\n' "$3" | sed 's|^|/|; s|-|/|g; s|\\\\x2d|-|g'`,
  "mount.nfs4": "",
  chown: "",
  chgrp: "",
  openssl: `exec ${where("openssl")} "$@"`,
  exportfs: `[ "$1" != -s ] || sed -e 's/^#.*//' -e :a -e '/\\\\$/N; s/\\\\\\n *//; ta' "$ROOT/etc/exports.d/homelab.exports" 2>/dev/null | grep . || true`,
  smbd: "",
  smbcontrol: "",
  testparm: "cat $ROOT/etc/samba/smb.conf",
};

/** A host that is a folder, with all that settings stand on. */
export class WholeHost extends FakeHost {
  static async make(): Promise<WholeHost> {
    const host = new WholeHost(PROGRAMS);
    host.furnish();
    await host.run(join(host.root, "remember"));
    return host;
  }

  private furnish(): void {
    // Only root can give a folder to another.
    this.program(
      "stat",
      `case $2 in
        *%U*) who=\${3#$ROOT/home/}; who=\${who%%/*}; case $3 in *.ssh) echo "700 $who" ;; *) echo "600 $who" ;; esac ;;
        readers*) [ -e "$3" ] && echo "readers 65532 440" ;;
        *%u:%g*) echo "1000:1000 2775" ;;
        "%a %u") echo "440 0" ;;
      *) exec ${where("stat")} "$@" ;;
      esac`,
    );
    this.program(
      "install",
      `for word in "$@"; do case $skip$word in -o | -g) skip=1 ;; 1*) skip= ;; *) words="$words $word" ;; esac; done; exec ${where("install")} $words`,
    );
    this.write("etc/sudoers.d/README", "");
    this.write("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n");
    this.write("etc/ssh/sshd_config.d/00-early.conf", "PermitRootLogin yes\n");
    this.write("etc/samba/smb.conf", "[global]\n   workgroup = OURS\n");
    this.write("etc/docker/daemon.json", '{"labels": ["owner=me"], "live-restore": false}\n');
    this.write("etc/timezone", "Europe/Berlin\n");
    this.write("etc/fstab", "");
    this.write("etc/hostname", "other\n");
    this.write("etc/hosts", "127.0.0.1 localhost\n");
    this.write(
      "etc/group",
      "homelab-ssh:x:1:deploy,probe,pi\ndocker:x:2:deploy\npi:x:1000:\ndeploy:x:3:\nprobe:x:4:\n",
    );
    const account = (name: string, id: number): string =>
      `${name}:x:${id}:${id}::${this.root}/home/${name}:/bin/bash\n`;
    this.write("etc/passwd", account("root", 0) + account("pi", 1000) + account("deploy", 3) + account("probe", 4));
    this.write("etc/shadow", "deploy:*:1::::::\nprobe:*:1::::::\n");
    for (const name of ["deploy", "probe"]) {
      this.write(`var/lib/homelab/base/keys-${name}`, `ssh-ed25519 AAAA ${name}@here\n`);
      this.write(`home/${name}/.ssh/authorized_keys`, `ssh-ed25519 AAAA ${name}@here\n`);
    }
    this.write("var/lib/homelab/base/admin", "pi\n");
    this.write("remember", '. "$LIB/lib/accounts.sh"; listing "$LIB" | sha256sum >"$STATE/base/helper"');
    this.write("proc/sys/net/ipv4/ip_forward", "1\n");
    this.write("proc/sys/net/ipv4/tcp_syncookies", "1\n");
    this.write("home/pi/.ssh/authorized_keys", "ssh-ed25519 AAAA\n");
    this.write("usr/share/zoneinfo/Europe/Berlin", "");
    this.write("usr/share/zoneinfo/Etc/UTC", "");
    this.write("proc/self/mountinfo", "");
    symlinkSync(join(this.root, "usr/share/zoneinfo/Europe/Berlin"), join(this.root, "etc/localtime"));
  }

  /** Every file below /etc, with what is in it. */
  files(): Record<string, string> {
    const etc = join(this.root, "etc");
    return Object.fromEntries(
      readdirSync(etc, { recursive: true, encoding: "utf8" }).flatMap((name) => {
        const file = lstatSync(join(etc, name));
        return file.isDirectory()
          ? []
          : [[name, file.isSymbolicLink() ? readlinkSync(join(etc, name)) : this.read(`etc/${name}`)]];
      }),
    );
  }

  /** What the probe says of the settings. */
  async probe(): Promise<Readonly<Record<string, SettingReport>>> {
    const { stdout, stderr } = await this.helper(["probe"]);
    const reading = readReport(stdout);
    if (reading.status !== "ok") {
      throw new Error(`${reading.reason}: ${stderr}`);
    }
    return reading.report.settings;
  }

  /** Applies a setting and confirms what wants it. @returns the helper's last line */
  async apply(name: string, text: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.helper(["apply", name], text);
    expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
    if (name === "ssh") {
      await this.helper(["confirm", createHash("sha256").update(text).digest("hex")]);
    }
    return stdout.trim().split("\n").at(-1) ?? "";
  }
}
