import { rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { AT, BackupHost, SETTING } from "./backup-host.js";
import { where } from "./fake-host.js";

// What is wrong with copies, the proof that they can be restored finds, and the probe tells. All tests share a host, whose
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

async function drillFailsWith(...words: (string | undefined)[]): Promise<void> {
  const { exitCode } = await host.helper(["drill"]);
  expect(exitCode).toBe(1);
  const { backups } = await host.report();
  expect(backups.map(({ drill }) => drill)).toMatchObject(
    words.map((it) => (it === undefined ? { ok: true } : { ok: false, words: expect.stringContaining(it) as string })),
  );
  const failed = backups.filter((_, i) => words[i] !== undefined).map(({ kind, set }) => `drill-failed ${kind}/${set}`);
  expect(await host.told()).toEqual(failed);
  expect(host.has("var/lib/homelab/backups/scratch")).toBe(false);
}

describe("a proof fails", () => {
  test("where a part of the repository is gone", async () => {
    rmSync(host.largestPack());
    await drillFailsWith("does not exist", "does not exist");
  });
  test("where a part of the repository is half there", async () => {
    const pack = host.largestPack();
    truncateSync(pack, Math.floor(statSync(pack).size / 2));
    await drillFailsWith("unexpected file size", "unexpected file size");
  });
  test("where a part of the repository is not as it was written, of what is in it", async () => {
    host.damage();
    await drillFailsWith("cannot be restored", "the repository is damaged");
  });
  test("with another password", async () => {
    host.write("etc/homelab-backup/password", "another one\n");
    await drillFailsWith("another password", "another password");
  });
  test("where a file is not as the manifest says, or is missing, or nobody knows it", async () => {
    const manifest = join(host.root, "var/lib/homelab/backups/manifests/share-films");
    for (const [change, words] of [
      [
        () => {
          host.write(`${AT.films}/first.mkv`, "FILM".repeat(1000));
        },
        "first.mkv is not as it was",
      ],
      [
        () => {
          host.write(`${AT.films}/strange.mkv`, "");
        },
        "strange.mkv is not in the manifest",
      ],
      [
        () => {
          rmSync(join(host.root, AT.films, "first.mkv"));
        },
        "first.mkv is missing",
      ],
    ] as const) {
      change();
      await host.restic("backup", "--tag", "share/films", join(host.root, AT.films), manifest);
      await drillFailsWith(undefined, words);
      host.write(`${AT.films}/first.mkv`, "film".repeat(1000));
      rmSync(join(host.root, AT.films, "strange.mkv"), { force: true });
    }
    await host.restic("backup", "--tag", "share/films", join(host.root, AT.films));
    await drillFailsWith(undefined, "the manifest of the copy cannot be read");
    host.write(
      "var/lib/homelab/backups/manifests/share-films",
      host.read("var/lib/homelab/backups/manifests/share-films").replace(/^end.*/m, ""),
    );
    await host.restic("backup", "--tag", "share/films", join(host.root, AT.films), manifest);
    await drillFailsWith(undefined, "its manifest is damaged");
  });
  test("of a volume that has another name than the copy says, and of copies that are gone", async () => {
    const [player, films] = SETTING.sets;
    await host.applied("backups", { ...SETTING, sets: [{ ...player, volumes: ["player-data"] }, films] });
    const { snapshot } = (await host.record("films")) ?? {};
    await host.restic("forget", snapshot ?? "");
    await drillFailsWith("lacks player-data", "its copies are not in the repository any more");
  });
  test("where there is no room for it", async () => {
    host.program("stat", `[ "$1" != -f ] || { echo "3 4096"; exit; }; exec ${where("stat")} "$@"`);
    await drillFailsWith("there is no room", "there is no room");
  });
});
