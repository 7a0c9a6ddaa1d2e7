import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BackupHost, KEYS, SETTING } from "./backup-host.js";

// What somebody could send who may call the helper: as a setting of copies, and as an order to copy or restore.

jest.setTimeout(300_000); // starting programs is all that it takes, which a busy machine does slowly

let host: BackupHost;
beforeAll(async () => {
  host = await BackupHost.make();
});
afterAll(() => {
  host.remove();
});

const [PLAYER, FILMS] = SETTING.sets;
const sets = (change: object): object => ({ ...SETTING, sets: [{ ...PLAYER, ...change }, FILMS] });
const repository = (it: object): object => ({ ...SETTING, repository: it });
const remote = (url: string): object => repository({ kind: "remote", url });
const unit = (name: string, line: string): object => {
  const path = `/etc/systemd/system/${name}`;
  const lines = Object.entries(SETTING.files).find(([it]) => it === path)?.[1] ?? [];
  return { ...SETTING, files: { ...SETTING.files, [path]: [...lines, line] } };
};
const key = (name: string, value = "x"): object => ({ ...KEYS, environment: { [name]: value } });

const TAKEN = "";
const SET = "a set must have a name";
const REPOSITORY = "repository must be a folder for data, or the URL";
const MAPPING = "password must be a line";
const CONTROL = "a text has a control character";
const SETTINGS: readonly (readonly [setting: string, input: object, outcome: string])[] = [
  ["backups", SETTING, TAKEN],
  ...["-x", "a/b", "../x", "..", "", "a b", "$(id)", "a,b"].map((name) => ["backups", sets({ name }), SET] as const),
  ["backups", sets({ name: "a\nb" }), CONTROL],
  ["backups", sets({ kind: "service/x" }), SET],
  ...["-x", "a/b", "/etc", ""].map((name) => ["backups", sets({ volumes: [name] }), SET] as const),
  ...["-x", "--all", "a b"].map((name) => ["backups", sets({ stop: [name] }), SET] as const),
  ...["/etc", "srv/x", "/srv/../etc", "/srv/*", "/srv/[a]", "/srv", "/var/lib/docker/volumes"].map(
    (folder) => ["backups", sets({ folders: [folder] }), SET] as const,
  ),
  ["backups", sets({ volumes: [], folders: [] }), SET],
  ["backups", { ...SETTING, sets: [PLAYER, PLAYER] }, "a set is there twice"],
  ["backups", { ...SETTING, keep: { daily: 0, weekly: 0, monthly: 0 } }, "keep must say"],
  ["backups", { ...SETTING, keep: { daily: "--prune", weekly: 1, monthly: 1 } }, "keep must say"],
  ["backups", { ...SETTING, drill: "never" }, "drill must be"],
  ...["/", "/etc/x", "/var/lib/homelab/x", "x", "/srv/../etc", "/srv/a b", "/srv/-$(id)"].map(
    (path) => ["backups", repository({ kind: "folder", path }), REPOSITORY] as const,
  ),
  ["backups", repository({ kind: "folder", path: "/srv/a", mount: "/srv/b" }), "mount must be"],
  ["backups", repository({ kind: "folder", path: "/srv/nas/films/x" }), "the repository lies in a folder"],
  ...[
    "rest:https://nas:8000/box",
    "sftp:copies@nas:/srv/x",
    "sftp://copies@nas:22//srv/x",
    "s3:https://s3.example.org/box",
  ].map((url) => ["backups", remote(url), TAKEN] as const),
  ["backups", remote("rclone:drive:copies/box"), TAKEN],
  ...[
    "/srv/x",
    "local:/srv/x",
    "sftp:-oProxyCommand=id@nas:/x",
    "sftp:a@-oProxyCommand=id:/x",
    "rclone:--config=/tmp/x",
    "rest:https://me:secret@nas/",
    "rest:https://nas/ --insecure-tls",
    "rest:https://nas/$(id)",
    "--help",
  ].map((url) => ["backups", remote(url), REPOSITORY] as const),
  ["backups", unit("homelab-backup.service", "ExecStart=/bin/sh"), "may not say ExecStart=/bin/sh"],
  ["backups", unit("homelab-backup.service", "ExecStart=/usr/local/sbin/homelab-helper drill"), "may not say"],
  ["backups", unit("homelab-backup.service", "User=nobody"), "may not say User"],
  ["backups", unit("homelab-backup.service", "# x \\"), "may not say # x"],
  ["backups", unit("homelab-backup.timer", "Unit=reboot.target"), "may not say Unit"],
  ["backups", unit("ssh.service", "[Unit]"), "backups may not write"],
  ["backup-keys", KEYS, TAKEN],
  ["backup-keys", key("RCLONE_CONFIG_DRIVE_TOKEN"), TAKEN],
  ...[
    "PATH",
    "LD_PRELOAD",
    "RESTIC_PASSWORD_COMMAND",
    "RESTIC_REPOSITORY",
    "RCLONE_CONFIG_X_SSH",
    "AWS_X=y",
    "-x",
    "",
  ].map((name) => ["backup-keys", key(name), MAPPING] as const),
  ["backup-keys", key("AWS_X", "a\nPATH=/tmp"), CONTROL],
  ["backup-keys", { ...KEYS, password: "short" }, MAPPING],
  ["backup-keys", { password: KEYS.password }, MAPPING],
];

test("what the helper does not know to be harmless it refuses", async () => {
  mkdirSync(join(host.root, "inputs"));
  SETTINGS.forEach(([name, input], i) => {
    host.write(`inputs/${i + 100}.${name}.json`, JSON.stringify(input));
  });
  const { stdout, stderr } = await host.run(join(__dirname, "check.sh"), [join(host.root, "inputs")]);
  expect(stderr).toBe("");
  const answers = new Map(stdout.split("\n").map((line) => [Number(line.slice(0, 3)) - 100, line]));
  expect(SETTINGS.map(([, input], i) => [input, answers.get(i) ?? TAKEN])).toEqual(
    SETTINGS.map(([, input, outcome]) => [
      input,
      outcome === TAKEN ? TAKEN : (expect.stringMatching(new RegExp(`refused: .*${outcome}`)) as unknown),
    ]),
  );
});

const set = "service/player";
test.each([
  ["backup", { sets: ["service/../player"] }, "there is no set service/../player here: service/player share/films"],
  ["backup", { sets: ["--all"] }, "there is no set"],
  ["backup", { sets: ["player"] }, "there is no set"],
  ["backup", { sets: ["service/player\nshare/films"] }, CONTROL],
  ["backup", { sets: "service/player" }, "the input must be"],
  ["backup", { all: true }, "the input must be"],
  ["backup", [], "the input is not one JSON object"],
  ["restore", {}, "the input must be"],
  ["restore", { set: "service/-x" }, "there is no set"],
  ["restore", { set: "service/.layer" }, "there is no set"],
  ...["--target=/", "latest --target /", "2026-01-01", "now", "yesterday", "abc", "latest\n", "$(id)"].map(
    (at) => ["restore", { set, at }, at === "latest\n" ? CONTROL : "the input must be"] as const,
  ),
  ...[
    "/",
    "/etc/x",
    "relative",
    "/srv/../etc/x",
    "/srv/./x",
    "--x",
    "/var/lib/docker/volumes/player-config/_data",
    "/srv/*",
  ].map((to) => ["restore", { set, to }, "to must be a folder below"] as const),
  ["restore", { set, to: "/srv/nas" }, "/srv/nas is not empty"],
  ["restore", { set, to: "/srv/nas/films/x" }, "/srv/nas/films/x is in /srv/nas/films"],
  ["restore", { set, to: "/srv/none/x" }, "there is no folder /srv/none"],
  ["restore", { set, to: "/srv/x", force: true }, "the input must be"],
] as const)("%s %j is refused", async (command, input, words) => {
  expect(await host.command(command, input)).toMatchObject({
    exitCode: 65,
    stdout: "",
    stderr: expect.stringContaining(words) as string,
  });
});

test("one run at a time, and a change of the host does not wait for it", async () => {
  host.write(
    "hold",
    'exec 6>"$STATE/backups/lock"; flock 6; echo >"$ROOT/held"; while [ ! -e "$ROOT/go" ]; do sleep 0.1; done',
  );
  const holding = host.run(join(host.root, "hold"));
  while (!host.has("held")) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await host.command("backup")).toMatchObject({
    exitCode: 65,
    stderr: expect.stringContaining("another backup, restore or proof") as string,
  });
  expect(await host.helper(["apply", "backups"], JSON.stringify(SETTING))).toMatchObject({ stdout: "unchanged\n" });
  expect((await host.helper(["watch"])).exitCode).toBe(0);
  host.write("go", "");
  await holding;
});
