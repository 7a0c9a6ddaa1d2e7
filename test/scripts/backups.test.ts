import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BackupReport, ProbeReport } from "../../model/drift/report.js";
import { PROTOCOL } from "../../model/helper.js";
import { run } from "../../scripts/lib/process.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { argvOf, PROGRAM } from "../../scripts/lib/project.js";
import { BACKUP_FILES } from "./backup-files.js";
import { reportOf, TWO_HOSTS } from "./homelab.js";

// What is copied, how old the copies are, and how they come back. ssh is played and runs what it is told on this machine; there
// the helper notes how it is called, and says what the test has it say.

const HELPER = `#!/bin/sh
shift 2 # -n, and its own path
case $1 in
  snapshots) echo "$*" ;;
  *) echo "$* $(cat)" ;;
esac >>"$FAKE_SSH/calls"
[ ! -e "$FAKE_SSH/fails" ] || { echo "a line of restic" >&2; echo "the share backups is not mounted" >&2; exit 1; }
case $1 in
  snapshots) cat "$FAKE_SSH/snapshots" ;;
  restore) [ ! -e "$FAKE_SSH/no-room" ] || { echo "there is no room" >&2; exit 1; }; echo "restore done" ;;
  *) echo "$1 done" ;;
esac
`;
jest.setTimeout(60_000);
let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "backups-"));
  const files = {
    ...BACKUP_FILES,
    "Pulumi.yaml": `name: homelab\nmain: ${PROGRAM}\n`,
    "bin/sudo": HELPER,
    "bin/probe": '#!/bin/sh\ncat "$FAKE_SSH/report"\n',
    calls: "",
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
  await Promise.all(["sudo", "probe"].map((program) => chmod(join(project, "bin", program), 0o755)));
});
afterEach(() => rm(project, { recursive: true }));

function command(name: string, ...args: string[]): Promise<RunResult> {
  const path = [join(project, "bin"), join(PROGRAM, "test/hosts/bin"), process.env["PATH"] ?? ""].join(":");
  const [node, ...script] = argvOf(name);
  return run(node, [...script, ...args], { cwd: project, env: { PATH: path, FAKE_SSH: project, TZ: "Etc/UTC" } });
}
const calls = async (): Promise<string[]> =>
  (await readFile(join(project, "calls"), "utf8"))
    .split("\n")
    .filter((line) => line !== "")
    .sort();
const write = (file: string, content: unknown): Promise<void> =>
  writeFile(join(project, file), JSON.stringify(content));

const HOUR = 3600;
const DAY = 24 * HOUR;
const agoSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds;
const record = (set: string, more: Partial<BackupReport> = {}): BackupReport => ({
  set,
  kind: "service",
  ok: true,
  at: agoSeconds(5 * HOUR),
  doneAt: agoSeconds(5 * HOUR),
  bytes: 1_400_000_000,
  snapshot: "4f2c11aa",
  words: "",
  drill: { ok: true, at: agoSeconds(3 * DAY), words: "" },
  ...more,
});
const report = (
  backups: readonly BackupReport[],
  drift: ProbeReport["settings"][string]["drift"] = [],
): Promise<void> =>
  write("report", {
    protocol: PROTOCOL,
    ...reportOf([]),
    settings: { backups: { digest: "x", state: "applied", drift } },
    backups,
  });
const wrong = (
  code: "backup-failed" | "backup-stale" | "drill-failed" | "drill-stale",
  item: string,
  words: string,
) => ({ code, item, words });

test("backup has every host copy everything, or what is named, once", async () => {
  const all = await command("backup");
  expect([all.exitCode, all.stderr, all.stdout.split("\n").sort()]).toEqual([
    0,
    "",
    ["", "jellyfin: backup done", "pi5: backup done"],
  ]);
  const named = await command("backup", "pi5/photos", "pi5/share/wiki", "photos");
  expect([named.exitCode, named.stdout]).toEqual([0, "pi5: backup done\n"]);
  expect(await calls()).toEqual([
    'backup {"sets":["service/player"]}',
    'backup {"sets":["service/wiki","share/photos","share/wiki"]}',
    'backup {"sets":["share/photos","share/wiki"]}',
  ]);
});

test("backup says on which host it failed, and why, and ends with 1; so it does where a host is gone", async () => {
  await writeFile(join(project, "fails"), "");
  const { exitCode, stderr } = await command("backup", "player");
  expect([exitCode, stderr]).toEqual([
    1,
    "jellyfin: a line of restic\njellyfin: the share backups is not mounted\nNot everything was copied on jellyfin.\n",
  ]);
  await writeFile(join(project, "gone"), "");
  expect(await command("backup", "player")).toMatchObject({
    exitCode: 1,
    stderr: "jellyfin: ssh: connect to host: No route to host\nNot everything was copied on jellyfin.\n",
  });
});

test("backups shows how old each copy is, and when it was restored on trial", async () => {
  await report([record("player"), record("wiki"), record("photos", { kind: "share", drill: null })]);
  const { exitCode, stdout } = await command("backups");
  expect([exitCode, stdout.replaceAll(/ +/g, " ")]).toEqual([
    0,
    `HOST WHAT LAST COPY SIZE RESTORED ON TRIAL
pi5 wiki 5 h ago 1.4 GB 3 d ago
 share photos 5 h ago 1.4 GB not yet
 share wiki never not yet
jellyfin player 5 h ago 1.4 GB 3 d ago
`,
  ]);
});

test("backups says what is wrong, in full, and ends with 2; as JSON with its codes", async () => {
  const words = `the share backups is not mounted, ${"and so on ".repeat(12)}`;
  await report(
    [
      record("wiki", { ok: false, words }),
      record("photos", { kind: "share", drill: { ok: false, at: agoSeconds(2 * DAY), words: "2 files differ" } }),
      record("player", { doneAt: null, ok: false, at: null }),
    ],
    [
      wrong("backup-failed", "service/wiki", words),
      wrong("drill-failed", "share/photos", "2 files differ"),
      wrong("backup-stale", "service/player", "its last copy is missing"),
      wrong("drill-stale", "service/player", "its proof is 30 days old"),
    ],
  );
  const { exitCode, stdout } = await command("backups");
  expect(exitCode).toBe(2);
  expect(stdout.trimEnd().split("\n").slice(-4)).toEqual([
    "",
    `pi5/service/wiki: the last copy failed: ${words}`,
    "pi5/photos: the last copy could not be restored on trial: 2 files differ",
    "jellyfin/player: its last copy is missing; its proof is 30 days old",
  ]);
  const { hosts } = JSON.parse((await command("backups", "--json")).stdout) as { hosts: { sets: object[] }[] };
  expect(hosts[1]?.sets).toEqual([
    expect.objectContaining({
      name: "player",
      kind: "service",
      doneAt: null,
      wrong: [
        { code: "backup-stale", words: "its last copy is missing" },
        { code: "drill-stale", words: "its proof is 30 days old" },
      ],
    }),
  ]);
});

test("backups of one thing lists its copies, the newest first", async () => {
  const snapshots = [
    { id: "bbbbbbbb22", time: "2026-11-29T03:00:10.123456789+00:00" },
    { id: "cccccccc11", time: "2026-11-30T03:00:10.5Z", bytes: 12_000_000 },
  ];
  await write("snapshots", { sets: [{ name: "player", kind: "service", snapshots }] });
  const { exitCode, stdout } = await command("backups", "player");
  expect([exitCode, stdout.replaceAll(/ +/g, " ")]).toEqual([
    0,
    "COPIED AT ID SIZE\n2026-11-30 03:00 cccccccc 12 MB\n2026-11-29 03:00 bbbbbbbb\n",
  ]);
  expect((await command("backups", "pi5/photos")).stdout).toBe("There is no copy of pi5/photos yet.\n");
  await writeFile(join(project, "snapshots"), "nothing");
  expect((await command("backups", "player")).stderr).toBe("jellyfin: the list of its copies cannot be read.\n");
});

describe("restore", () => {
  beforeEach(() =>
    write("snapshots", {
      sets: [
        {
          name: "player",
          kind: "service",
          snapshots: [
            { id: "cccccccc11", time: "2026-11-30T03:00:10Z", bytes: 12_000_000 },
            { id: "bbbbbbbb22", time: "2026-11-29T03:00:10Z" },
          ],
        },
      ],
    }),
  );
  const asked = `jellyfin/player, as it was copied at 2026-11-30 03:00 (cccccccc, 12 MB):
  replaced: volume media_config, folder /var/lib/homelab-data/media/lists
  what is there now stays beside it as before-restore, until the next restore
  stopped meanwhile: player, viewer
`;

  test("says what is replaced by what, and without a terminal does nothing unless --yes says so", async () => {
    const silent = await command("restore", "player");
    expect(silent).toMatchObject({
      exitCode: 1,
      stdout: asked,
      stderr: "Nothing was done: there is no terminal to ask on. Add --yes if that is what you want.\n",
    });
    expect(await calls()).toEqual(["snapshots"]);
    const sure = await command("restore", "player", "--yes");
    expect(sure).toMatchObject({ exitCode: 0, stdout: `${asked}jellyfin: restore done\n` });
    expect(await calls()).toContain('restore {"set":"service/player","at":"cccccccc11"}');
  });

  test("takes the copy of a time, and a folder beside", async () => {
    const { exitCode, stdout } = await command("restore", "player", "--at", "2026-11-29", "--to", "/srv/it's");
    expect([exitCode, stdout]).toEqual([
      0,
      "jellyfin/player, as it was copied at 2026-11-29 03:00 (bbbbbbbb):\n  restored into /srv/it's of jellyfin; nothing else changes\njellyfin: restore done\n",
    ]);
    expect(await calls()).toContain('restore {"set":"service/player","at":"bbbbbbbb22","to":"/srv/it\'s"}');
  });

  test("takes no relative folder, and tells why a host did not do it", async () => {
    expect((await command("restore", "player", "--to", "here")).stderr).toBe(
      '"here" is no folder of the host: write its whole path, as in /srv/restored.\n',
    );
    expect(await calls()).toEqual([]);
    await writeFile(join(project, "no-room"), "");
    expect(await command("restore", "player", "--yes")).toMatchObject({
      exitCode: 1,
      stderr: "jellyfin: the restoration failed: there is no room\n",
    });
    await writeFile(join(project, "fails"), "");
    expect(await command("restore", "player", "--yes")).toMatchObject({
      exitCode: 1,
      stderr: "jellyfin: the share backups is not mounted\n",
    });
  });
});

test("where nothing is to be copied, the commands say what to declare", async () => {
  const config = TWO_HOSTS;
  await writeFile(join(project, "Pulumi.test.yaml"), config);
  for (const args of [["backup"], ["backups"], ["restore", "player"]]) {
    const [name = "", ...rest] = args;
    expect(await command(name, ...rest)).toMatchObject({
      exitCode: 1,
      stderr: "Nothing is copied: write homelab:backups: {} into the stack's configuration, then deploy.\n",
    });
  }
});
