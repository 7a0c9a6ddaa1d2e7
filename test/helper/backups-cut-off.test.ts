import { rmSync } from "node:fs";
import { join } from "node:path";
import { ALL_RUN, AT, BackupHost, KILL, resticAnd } from "./backup-host.js";
import { where } from "./fake-host.js";

// Runs that are killed or fail in the middle: containers run again, and data is the former or the new. All tests share a host,
// whose folders are as after a first copy before each.

jest.setTimeout(300_000); // starting programs is all that it takes, which a busy machine does slowly

let host: BackupHost;
let former: Readonly<Record<string, string>>;
beforeAll(async () => {
  host = await BackupHost.make();
  await host.copy();
  former = host.tree(AT.config);
  host.save();
});
beforeEach(() => {
  host.reset();
});
afterAll(() => {
  host.remove();
});

test("a folder that is in use is copied as it is, and what changed meanwhile is no damage", async () => {
  host.write(`${AT.films}/part`, "1");
  host.write(`${AT.films}/brief`, "");
  host.program(
    "restic",
    resticAnd(
      `case $* in *films*) echo 2 >>"$ROOT/${AT.films}/part"; echo >"$ROOT/${AT.films}/new"; rm -f "$ROOT/${AT.films}/brief" ;; esac`,
    ),
  );
  await host.copy();
  expect(await host.helper(["drill"])).toMatchObject({ exitCode: 0, stderr: "" });
});

test("a run that was killed in the middle is ended by the watch, and told", async () => {
  host.program("restic", resticAnd(KILL));
  await host.command("backup");
  expect(host.running()).toEqual(["exited", "exited", "running"]);
  expect(await host.report()).toMatchObject({ resting: ["base", "player"] });
  host.program("restic", `exec ${where("restic")} "$@"`);
  expect((await host.helper(["watch"])).exitCode).toBe(0);
  expect(host.running()).toEqual(ALL_RUN);
  expect(await host.record()).toMatchObject({ ok: false, words: "was cut off before its end" });
  expect(host.has("var/lib/homelab/backups/running")).toBe(false);
  await host.copy();
  expect(await host.told()).toEqual([]);
});

describe("a restore in place", () => {
  const now = { "settings.xml": "now", "only-now": "x" };
  const NTH = (nth: number, what: string): string =>
    `case $1 in -t) echo >>"$ROOT/moves"; [ "$(wc -l <"$ROOT/moves")" != ${nth} ] || { ${what}; } ;; esac; exec ${where("mv")} "$@"`;
  beforeEach(() => {
    for (const [name, text] of Object.entries(now)) {
      host.write(`${AT.config}/${name}`, text);
    }
    host.write(`${AT.data}/playlist`, "now");
  });
  const was = (): unknown => host.tree(AT.data)["playlist"];

  // out and in, of a volume and a folder
  test.each([1, 2, 3, 4])("that is killed at move %i is finished by the watch", async (nth) => {
    const before = host.tree(AT.config);
    host.program("mv", NTH(nth, KILL));
    await host.command("restore", { set: "service/player" });
    expect(host.state("player")).toBe("exited");
    host.program("mv", `exec ${where("mv")} "$@"`);
    expect(await host.helper(["watch"])).toMatchObject({ exitCode: 0, stderr: "" });
    expect([host.tree(AT.config), was()]).toEqual([former, "one"]);
    expect(host.tree(`${AT.config}.before-restore`)).toEqual(before);
    expect(host.tree(`${AT.data}.before-restore`)).toEqual({ playlist: "now" });
    expect([host.has(`${AT.config}.homelab-restored`), host.running()]).toEqual([false, ALL_RUN]);
  });
  test.each([1, 2, 3, 4])("that fails at move %i leaves all as it was", async (nth) => {
    const before = host.tree(AT.config);
    host.program("mv", NTH(nth, "echo disk error >&2; exit 1"));
    const { exitCode, stderr } = await host.command("restore", { set: "service/player" });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("the former data comes back: disk error")]);
    expect([host.tree(AT.config), was()]).toEqual([before, "now"]);
    expect([host.has(`${AT.config}.homelab-restored`), host.running()]).toEqual([false, ALL_RUN]);
  });
  test("changes nothing if the copy is damaged, there is no room, or a container does not stop", async () => {
    const before = host.tree(AT.config);
    host.write("docker/base.stuck", "");
    const refused = async (words: string): Promise<void> => {
      const { exitCode, stderr } = await host.command("restore", { set: "service/player" });
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining(words)]);
      expect([host.tree(AT.config), was(), host.running()]).toEqual([before, "now", ALL_RUN]);
    };
    await refused("does not stop");
    rmSync(join(host.root, "docker/base.stuck"));
    host.program("stat", `[ "$1" != -f ] || { echo "3 4096"; exit; }; exec ${where("stat")} "$@"`);
    await refused("there is no room");
    host.program("stat", `exec ${where("stat")} "$@"`);
    host.damage();
    await refused("it cannot be restored, so nothing is changed");
  });
});
