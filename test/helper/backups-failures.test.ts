import { mkdirSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { ALL_RUN, AT, BackupHost, PASSWORD, resticAnd, SETTING } from "./backup-host.js";
import { where } from "./fake-host.js";

// What goes wrong with copies is told: by the command, and by the probe until it is right again. All tests share a host, whose
// folders are as after a first copy before each.

jest.setTimeout(300_000); // starting programs is all that it takes, which a busy machine does slowly

let host: BackupHost;
beforeAll(async () => {
  host = await BackupHost.make();
  await host.copy();
  host.save();
});
beforeEach(() => {
  host.reset();
});
afterAll(() => {
  host.remove();
});

const PLAYER = { sets: ["service/player"] };

/** A backup that fails for this set alone, with these words. */
async function failsWith(words: string): Promise<void> {
  const { exitCode, stdout, stderr } = await host.command("backup");
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(new RegExp(`^service/player: failed: .*${words}`))]);
  expect(stdout).toMatch(/^share\/films: copied/);
  expect(await host.record()).toMatchObject({ ok: false, words: expect.stringContaining(words) as string });
  expect(await host.record("films")).toMatchObject({ ok: true, words: "" });
  expect(await host.told()).toEqual(["backup-failed service/player"]);
  expect(host.running()).toEqual(ALL_RUN);
}
/** A backup that fails for all sets. */
async function allFailWith(words: string): Promise<void> {
  expect(await host.command("backup")).toMatchObject({ exitCode: 1, stdout: "" });
  const told = { ok: false, words: expect.stringContaining(words) as string };
  expect((await host.report()).backups).toMatchObject([told, told]);
  expect(await host.told()).toEqual(["backup-failed service/player", "backup-failed share/films"]);
  expect(host.running()).toEqual(ALL_RUN);
}
describe("a backup fails", () => {
  test("with another password, and makes no second repository", async () => {
    host.write("etc/homelab-backup/password", "another one\n");
    await allFailWith("it was made with another password");
    host.write("etc/homelab-backup/password", `${PASSWORD}\n`);
    await host.copy();
    expect(await host.told()).toEqual([]);
  });
  test("where the share is not mounted, and writes nothing on the disk below", async () => {
    host.write("proc/self/mountinfo", "1 1 0:1 / /mnt/media/other rw\n");
    rmSync(join(host.root, "mnt/media/backups"), { recursive: true });
    mkdirSync(join(host.root, "mnt/media/backups"));
    await allFailWith("the share at /mnt/media/backups is not mounted");
    expect(host.has(AT.repository)).toBe(false);
  });
  test("where copies were and are no more, until the owner says that it is right so", async () => {
    rmSync(join(host.root, AT.repository), { recursive: true });
    await allFailWith("is empty, but this host's copies were there");
    const { words = "" } = (await host.record()) ?? {};
    const [, file = ""] = /sudo rm (\S+)$/.exec(words) ?? [];
    rmSync(join(host.root, file));
    await host.copy();
  });
  test("where a killed beginning left a key, and makes the repository none the less", async () => {
    rmSync(join(host.root, AT.repository, "config"));
    await allFailWith("cannot be opened");
    for (const folder of ["data", "index", "snapshots", "locks"]) {
      rmSync(join(host.root, AT.repository, folder), { recursive: true });
    }
    rmSync(join(host.root, "var/lib/homelab/backups/repository"));
    await host.copy();
  });
  test("where the repository takes no more, and where nothing can be written to it", async () => {
    host.write(`${AT.config}/large`, randomBytes(300_000).toString("hex"));
    host.program("restic", `ulimit -f 100; exec ${where("restic")} "$@"`);
    await failsWith("file too large");
    host.program("restic", `exec ${where("restic")} "$@"`);
    rmSync(join(host.root, AT.repository, "locks"), { recursive: true });
    host.write(`${AT.repository}/locks`, "");
    await allFailWith("cannot be opened");
  });
  test("where a volume is gone, and goes on with the next set", async () => {
    rmSync(join(host.root, "var/lib/docker/volumes/player-config"), { recursive: true });
    await failsWith("there is no volume player-config");
  });
  test("where a folder is gone", async () => {
    rmSync(join(host.root, AT.data), { recursive: true });
    await failsWith("there is no folder /var/lib/homelab-data/tv/my data: is its disk mounted");
  });
  test("where a container does not stop, or does not start again", async () => {
    host.write("docker/base.stuck", "");
    await failsWith("the container base does not stop: Error response from daemon");
    rmSync(join(host.root, "docker/base.stuck"));
    host.write("docker/player.broken", "");
    expect((await host.command("backup", PLAYER)).exitCode).toBe(1);
    const done = await host.record();
    expect(done).toMatchObject({ ok: false, words: expect.stringContaining("did not start again: player") as string });
    expect(done?.doneAt).toBe(done?.at);
    expect([host.state("base"), host.state("player")]).toEqual(["running", "exited"]);
    rmSync(join(host.root, "docker/player.broken"));
    expect((await host.helper(["watch"])).exitCode).toBe(0);
    expect(host.running()).toEqual(ALL_RUN);
    expect(host.has("var/lib/homelab/backups/running")).toBe(false);
  });
  test("where a container was started, or a file changed, while all should rest", async () => {
    host.program("restic", resticAnd('echo running >"$ROOT/docker/player.state"'));
    await failsWith("the container player was started while it was copied");
    host.program("restic", resticAnd(`echo more >>"$ROOT/${AT.config}/settings.xml"`));
    await failsWith("settings.xml changed while it was copied");
  });
  test("where a file cannot be read", async () => {
    // root may read all: so the program that reads says that it cannot
    host.program(
      "sha256sum",
      `for file in "$@"; do shift; case $file in */unreadable) ;; *) set -- "$@" "$file" ;; esac; done; exec ${where("sha256sum")} "$@"`,
    );
    host.write(`${AT.config}/unreadable`, "x");
    await failsWith("unreadable cannot be read");
  });
  test("where the clock was set back, unless it is known that the copy was wrong", async () => {
    const kept = [AT.films, "var/lib/homelab/backups/manifests/share-films"].map((it) => join(host.root, it));
    await host.restic("backup", "--time", "2099-01-01 00:00:00", "--tag", "service/player", ...kept);
    await failsWith("the clock of this host is behind the newest copy, of 2099-01-01T00:00:00Z");
    host.program("timedatectl", "echo yes");
    const { exitCode, stdout } = await host.command("backup", PLAYER);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("set aside a copy from the future")]);
    expect(await host.record()).toMatchObject({ ok: true });
  });
});

test("what is old is told, by a clock that can be set", async () => {
  const DAY = 86_400;
  const record = (days: number, drillDays: number): void => {
    const at = Math.floor(Date.now() / 1000);
    const drill = { ok: true, at: at - drillDays * DAY, words: "" };
    const done = {
      set: "player",
      kind: "service",
      ok: true,
      at,
      doneAt: at - days * DAY,
      bytes: 1,
      snapshot: "x",
      words: "",
      drill,
    };
    host.write("var/lib/homelab/backups/service-player.json", `${JSON.stringify({ ...done, since: 0 })}\n`);
  };
  const told = async (): Promise<string[]> => (await host.told()).filter((it) => it.includes("player"));
  record(1, 20);
  expect(await told()).toEqual([]);
  record(3, 22);
  expect(await told()).toEqual(["backup-stale service/player", "drill-stale service/player"]);
  record(-1, -1); // made before the clock was set back
  expect(await told()).toEqual(["backup-stale service/player", "drill-stale service/player"]);
  rmSync(join(host.root, "var/lib/homelab/backups/service-player.json"));
  expect(await told()).toEqual(["backup-stale service/player", "drill-stale service/player"]);
  // told, and nothing that a deployment could heal
  const { stdout } = await host.helper(["apply", "backups"], JSON.stringify(SETTING));
  expect(stdout).toBe("unchanged\n");
});
