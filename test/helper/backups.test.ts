import { chmodSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { AT, BackupHost, KEYS, PASSWORD, SETTING } from "./backup-host.js";

// Copies of a host that is a folder, by the real restic.

jest.setTimeout(300_000); // starting programs is all that it takes, which a busy machine does slowly

const SHARE = "mnt/media/backups";
let host: BackupHost;
beforeEach(async () => {
  host = await BackupHost.make();
});
afterEach(() => {
  host.remove();
});

test("what is declared is copied with its containers stopped, and again, and proved", async () => {
  expect(await host.told()).toEqual([]);
  expect((await host.report()).backups).toEqual(
    ["player", "films"].map((set) => ({
      set,
      kind: set === "films" ? "share" : "service",
      ...{ ok: false, at: null, doneAt: null, bytes: null, snapshot: null, words: "", drill: null },
    })),
  );
  host.calls();
  chmodSync(join(host.root, SHARE), 0o2775);
  const first = await host.command("backup");
  expect(first).toMatchObject({ exitCode: 0, stderr: "" });
  expect(first.stdout).toMatch(/^service\/player: copied, 300025 bytes, [0-9a-f]{8}\nshare\/films: copied, 4000 bytes/);
  expect(statSync(join(host.root, SHARE, "restic")).mode & 0o7777).toBe(0o2775); // other hosts have theirs in it
  const calls = host.calls();
  expect(calls.filter((it) => /^docker (stop|start)/.test(it))).toEqual([
    "docker stop player",
    "docker stop base",
    "docker start base",
    "docker start player",
  ]);
  expect(calls.join("\n")).not.toContain(PASSWORD);
  expect(calls.join("\n")).not.toContain("$(id)");

  host.write(`${AT.config}/settings.xml`, "<theme>light</theme>");
  await host.copy();
  expect(await host.helper(["drill"])).toMatchObject({ exitCode: 0, stderr: "" });
  const record = await host.record();
  expect(record).toMatchObject({ ok: true, words: "", bytes: 300_026, drill: { ok: true, words: "" } });
  expect(record?.doneAt).toBe(record?.at);
  expect(await host.told()).toEqual([]);

  const { sets } = JSON.parse((await host.command("snapshots")).stdout) as {
    sets: { name: string; kind: string; snapshots: { id: string; time: string }[] }[];
  };
  expect(sets).toMatchObject([
    { name: "player", kind: "service" },
    { name: "films", kind: "share" },
  ]);
  // Both are of today, of which one is kept; restic 0.18 keeps the oldest of all, too.
  expect(sets[0]?.snapshots.map(({ id }) => id)).toContain(record?.snapshot);
  const left = readdirSync(join(host.root, "var/lib/homelab/backups")).filter((it) =>
    /running|stopped|scratch/.test(it),
  );
  expect([left, readdirSync(join(host.root, "run"))]).toEqual([[], []]);
});

test("the timer's command copies all, and a person's what is asked for", async () => {
  expect(await host.command("backup", { sets: ["share/films"] })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^share\/films: copied.*\n$/) as string,
  });
  expect((await host.record())?.at).toBeNull();
  expect((await host.helper(["backup-all"])).stdout).toMatch(/^service\/player: copied.*\nshare\/films: copied/);
});

test("a set is restored in place, and what was there is kept until the next time", async () => {
  await host.copy();
  const before = [host.tree(AT.config), host.tree(AT.data)];
  host.write(`${AT.config}/settings.xml`, "broken");
  host.write(`${AT.config}/virus`, "new");
  rmSync(join(host.root, AT.data), { recursive: true });
  host.write("docker/bystander.mounts", "other,player-config");
  host.calls();
  const { exitCode, stdout, stderr } = await host.command("restore", { set: "service/player" });
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("_data.before-restore until the next restore");
  expect([host.tree(AT.config), host.tree(AT.data)]).toEqual(before);
  expect(host.tree(`${AT.config}.before-restore`)).toMatchObject({ "settings.xml": "broken", virus: "new" });
  expect(host.has(`${AT.config}.homelab-restored`)).toBe(false);
  const moves = host.calls().filter((it) => /^docker (stop|start)/.test(it));
  const names = ["bystander", "player", "base"];
  expect(moves).toEqual([
    ...names.map((it) => `docker stop ${it}`),
    ...names.reverse().map((it) => `docker start ${it}`),
  ]);

  host.write(`${AT.config}/settings.xml`, "broken again");
  expect(await host.command("restore", { set: "service/player" })).toMatchObject({ exitCode: 0 });
  expect(host.tree(AT.config)).toEqual(before[0]);
  expect(host.tree(`${AT.config}.before-restore`)).toMatchObject({ "settings.xml": "broken again" });
});

test("a set is restored into a folder, from the copy of a time or of an identifier, and nothing else is touched", async () => {
  await host.applied("backups", { ...SETTING, sets: SETTING.sets.slice(1), keep: { daily: 0, weekly: 0, monthly: 9 } });
  await host.copy();
  const first = await host.record("films");
  const then = new Date(((first?.doneAt ?? 0) - 40 * 86_400) * 1000).toISOString();
  // the same copy as of 40 days ago
  const kept = ["srv/nas/films", "var/lib/homelab/backups/manifests/share-films"].map((it) => join(host.root, it));
  await host.restic("backup", "--time", then.replace("T", " ").slice(0, 19), "--tag", "share/films", ...kept);
  host.write(`${AT.films}/new.mkv`, "new");
  await host.copy();
  const restored = async (request: object): Promise<string[]> => {
    expect(await host.command("restore", { set: "share/films", to: "/srv/back", ...request })).toMatchObject({
      exitCode: 0,
      stderr: "",
      stdout: expect.stringContaining(" to /srv/back\n") as string,
    });
    const files = Object.keys(host.tree("srv/back")).sort();
    rmSync(join(host.root, "srv/back"), { recursive: true });
    return files;
  };
  const old = ["folders/srv/nas/films/first.mkv"];
  const both = [...old, "folders/srv/nas/films/new.mkv"];
  expect(await restored({ at: "latest" })).toEqual(both);
  expect(await restored({ at: then })).toEqual(old);
  expect(await restored({ at: (await host.record("films"))?.snapshot?.slice(0, 8) })).toEqual(both);
  expect(await host.command("restore", { set: "share/films", at: "2001-01-01T00:00:00Z" })).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("the first copy is later") as string,
  });
});

test("keys are kept by digest, told when they change, and removed", async () => {
  expect(host.read("etc/homelab-backup/password")).toBe(`${PASSWORD}\n`);
  const remembered = readdirSync(join(host.root, "var/lib/homelab/applied")).map((it) =>
    host.read(`var/lib/homelab/applied/${it}`),
  );
  expect(remembered.join()).not.toContain(PASSWORD);
  const keys = async (): Promise<unknown> => (await host.report()).settings["backup-keys"]?.drift;
  expect(await keys()).toEqual([]);
  host.write("etc/homelab-backup/password", "another\n");
  rmSync(join(host.root, "etc/homelab-backup/environment"));
  expect(await keys()).toMatchObject([
    { code: "changed", item: "password" },
    { code: "missing", item: "environment" },
  ]);
  await host.applied("backup-keys", KEYS);
  expect(host.read("etc/homelab-backup/environment")).toBe('AWS_SECRET_ACCESS_KEY=x "$(id)" y\n');
  expect(await keys()).toEqual([]);
  await host.helper(["remove", "backup-keys"]);
  expect(host.has("etc/homelab-backup")).toBe(false);
});

test("copies stay when the setting is removed, and those at another place do not count", async () => {
  await host.copy();
  await host.applied("backups", { ...SETTING, repository: { kind: "folder", path: "/srv/copies" } });
  expect((await host.record())?.doneAt).toBeNull();
  await host.copy();
  await host.helper(["remove", "backups"]);
  expect((await host.report()).backups).toEqual([]);
  expect(await host.command("backup")).toMatchObject({ exitCode: 65 });
  await host.applied("backups", SETTING);
  expect((await host.command("snapshots")).stdout).toMatch(/"player","kind":"service","snapshots":\[\{"id"/);
});
