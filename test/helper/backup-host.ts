import { randomBytes } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Outcome } from "./fake-host.js";
import { FakeHost, where } from "./fake-host.js";

const UNITS = "/etc/systemd/system";
export const PASSWORD = "a secret of the safe";

/** What a service or a share keeps, as the setting says it. */
interface BackupSet {
  readonly name: string;
  readonly kind: "service" | "share";
  readonly volumes: readonly string[];
  readonly folders: readonly string[];
  readonly stop: readonly string[];
}
const PLAYER: BackupSet = {
  name: "player",
  kind: "service",
  volumes: ["player-config"],
  folders: ["/var/lib/homelab-data/tv/my data"],
  stop: ["base", "player"],
};
const FILMS: BackupSet = { name: "films", kind: "share", volumes: [], folders: ["/srv/nas/films"], stop: [] };
/** The setting `backups` as the program sends it. */
export const SETTING = {
  repository: { kind: "folder", path: "/mnt/media/backups/restic/box", mount: "/mnt/media/backups" },
  keep: { daily: 7, weekly: 5, monthly: 12 },
  drill: "weekly",
  sets: [PLAYER, FILMS],
  files: {
    [`${UNITS}/homelab-backup.service`]: [
      "# Written by the homelab's program. What is changed here is undone.",
      "[Unit]",
      "Description=Copy what the services and the shares of this host keep",
      "Wants=network-online.target",
      "After=network-online.target docker.service mnt-media-old\\x2dfilms.mount",
      "",
      "[Service]",
      "Type=oneshot",
      "Nice=10",
      "IOSchedulingClass=idle",
      "ExecStart=/usr/local/sbin/homelab-helper backup-all",
    ],
    [`${UNITS}/homelab-backup.timer`]: [
      "[Unit]",
      "Description=Copy what the services and the shares of this host keep, every day",
      "[Timer]",
      "OnCalendar=*-*-* 03:00:00",
      "Persistent=true",
      "[Install]",
      "WantedBy=timers.target",
    ],
    [`${UNITS}/homelab-backup-drill.service`]: ["[Service]", "ExecStart=/usr/local/sbin/homelab-helper drill"],
    [`${UNITS}/homelab-backup-drill.timer`]: ["[Timer]", "OnCalendar=Sun *-*-* 06:00:00"],
  },
};
export const KEYS = { password: PASSWORD, environment: { AWS_SECRET_ACCESS_KEY: 'x "$(id)" y' } };

/** A record as the probe reports it. */
export interface BackupRecord {
  readonly set: string;
  readonly kind: string;
  readonly ok: boolean;
  readonly at: number | null;
  readonly doneAt: number | null;
  readonly bytes: number | null;
  readonly snapshot: string | null;
  readonly words: string;
  readonly drill: { readonly ok: boolean; readonly at: number; readonly words: string } | null;
}
interface Report {
  readonly backups: readonly BackupRecord[];
  readonly settings: Readonly<
    Record<string, { state: string; drift: { code: string; item: string; words: string }[] } | undefined>
  >;
}

/** Containers are files with their state, volumes are folders. */
const DOCKER = `box=$ROOT/docker
case $1 in
  ps) for file in "$box"/*.state; do
      name=\${file##*/}; name=\${name%.state}
      printf '%s\\t%s\\t%s\\n' "$name" "$(cat "$file")" "$(cat "$box/$name.mounts" 2>/dev/null)"
    done ;;
  stop)
    [ ! -e "$box/$2.stuck" ] || { echo "Error response from daemon: cannot stop container: $2" >&2; exit 1; }
    echo exited >"$box/$2.state" ;;
  start)
    [ -e "$box/$2.state" ] || { echo "Error response from daemon: No such container: $2" >&2; exit 1; }
    [ ! -e "$box/$2.broken" ] || { echo "Error response from daemon: port is already allocated" >&2; exit 1; }
    echo running >"$box/$2.state" ;;
  volume)
    [ -d "$ROOT/var/lib/docker/volumes/$5" ] || { echo "Error: No such volume: $5" >&2; exit 1; }
    echo "$ROOT/var/lib/docker/volumes/$5/_data" ;;
esac`;

const CONFIG = "var/lib/docker/volumes/player-config/_data";
const DATA = "var/lib/homelab-data/tv/my data";
const DISKS = ["var", "srv", "mnt", "docker", "etc", "bin", "proc"];
const copied = (from: string, to: string): void => {
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
};
/** What restic does, and something else in the middle of a copy. */
export const resticAnd = (also: string): string =>
  `case $* in *" backup "*) ${also} ;; esac; exec ${where("restic")} "$@"`;
/** Kills the helper with all that it has started, from within a program that it runs. */
export const KILL = `up=$PPID; all=
  while tr '\\0' ' ' </proc/$up/cmdline | grep -qE 'run-helper|^timeout|^xargs'; do all="$all $up"; up=$(cut -d' ' -f4 /proc/$up/stat); done
  kill -9 $all $$`;
/** What `running` says after whatever has happened. */
export const ALL_RUN = ["running", "running", "running"];

export const AT = { config: CONFIG, data: DATA, films: "srv/nas/films", repository: "mnt/media/backups/restic/box" };

/** A host that is a folder, with the real restic, two services' containers and a share. */
export class BackupHost extends FakeHost {
  /** With the settings applied. */
  static async make(setting: object = SETTING): Promise<BackupHost> {
    const host = new BackupHost({ docker: DOCKER, timedatectl: "echo no", restic: `exec ${where("restic")} "$@"` });
    for (const name of ["timeout", "chown", "dirname", "tail"]) {
      rmSync(join(host.root, "bin", name), { force: true });
      symlinkSync(where(name), join(host.root, "bin", name));
    }
    host.write("proc/self/mountinfo", "1 1 0:1 / /mnt/media/backups rw\n");
    mkdirSync(join(host.root, "mnt/media/backups"), { recursive: true });
    host.write(`${CONFIG}/settings.xml`, "<theme>dark</theme>");
    host.write(`${CONFIG}/line\nbreak`, "odd");
    host.write(`${CONFIG}/db/library.db`, randomBytes(150_000).toString("hex"));
    symlinkSync("settings.xml", join(host.root, CONFIG, "link"));
    host.write(`${DATA}/playlist`, "one");
    host.write(`${AT.films}/first.mkv`, "film".repeat(1000));
    for (const name of ["base", "player", "bystander"]) {
      host.write(`docker/${name}.state`, "running\n");
    }
    host.write("docker/asleep.state", "exited\n");
    await host.applied("backup-keys", KEYS);
    await host.applied("backups", setting);
    return host;
  }

  /** Keeps all as it is, for `reset`. */
  save(): void {
    for (const disk of DISKS) {
      copied(join(this.root, disk), join(this.root, "first", disk));
    }
  }
  reset(): void {
    for (const disk of DISKS) {
      rmSync(join(this.root, disk), { recursive: true, force: true });
      copied(join(this.root, "first", disk), join(this.root, disk));
    }
    this.write("moves", "");
  }

  async applied(name: string, setting: object): Promise<void> {
    const { exitCode, stderr } = await this.helper(["apply", name], JSON.stringify(setting));
    expect([exitCode, stderr]).toEqual([0, ""]);
  }

  /** Runs a command that reads JSON. */
  command(name: string, input: unknown = {}): Promise<Outcome> {
    return this.helper([name], JSON.stringify(input));
  }

  /** Copies all sets, which must succeed. */
  async copy(): Promise<void> {
    expect(await this.command("backup")).toMatchObject({ exitCode: 0, stderr: "" });
  }

  async report(): Promise<Report> {
    const { stdout } = await this.helper(["probe"]);
    return JSON.parse(stdout) as Report;
  }
  /** The record of a set. */
  async record(name = "player"): Promise<BackupRecord | undefined> {
    return (await this.report()).backups.find(({ set }) => set === name);
  }
  /** What the probe tells of the copies, as CODE ITEM. */
  async told(): Promise<string[]> {
    const { settings } = await this.report();
    return settings["backups"]?.drift.map(({ code, item }) => `${code} ${item}`) ?? [];
  }

  /** The states of the containers that ran at the beginning. */
  running(): string[] {
    return ["base", "player", "bystander"].map((name) => this.state(name));
  }
  state(container: string): string {
    return this.read(`docker/${container}.state`).trim();
  }
  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }
  /** Every file of a folder that has a size, with what it contains. */
  tree(path: string): Record<string, string> {
    const top = join(this.root, path);
    return Object.fromEntries(
      readdirSync(top, { recursive: true, withFileTypes: true })
        .filter((it) => it.isFile())
        .map((it) => join(it.parentPath, it.name))
        .map((file) => [file.slice(top.length + 1), readFileSync(file, "utf8")]),
    );
  }
  /** The files in which the repository keeps data. */
  packs(): string[] {
    const data = join(this.root, AT.repository, "data");
    return readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((it) => it.isFile())
      .map((it) => join(it.parentPath, it.name));
  }
  largestPack(): string {
    return this.packs().sort((a, b) => statSync(b).size - statSync(a).size)[0] ?? "";
  }
  /** Changes some bytes of it. */
  damage(): void {
    const pack = this.largestPack();
    chmodSync(pack, 0o600);
    const bytes = readFileSync(pack);
    writeFileSync(pack, bytes.fill(0, 1000, 1009));
  }
  /** Runs restic as the owner might. */
  restic(...args: string[]): Promise<Outcome> {
    const path = join(this.root, "owner.sh");
    writeFileSync(path, 'RESTIC_PASSWORD_FILE=$ROOT/etc/homelab-backup/password exec restic "$@"\n');
    return this.run(path, ["-r", join(this.root, AT.repository), ...args]);
  }
}
