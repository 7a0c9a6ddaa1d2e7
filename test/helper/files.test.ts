import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

// The programs for files of services, which need nothing but a home.

const BIN = join(__dirname, "../../helper/bin");
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "home-"));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const run = (
  program: string,
  args: readonly string[],
  input: string | Buffer = "",
): { status: number | null; stderr: string } =>
  spawnSync("sh", [join(BIN, program), ...args], { input, env: { ...process.env, HOME: home }, encoding: "utf8" });
const mode = (path: string): string => (statSync(join(home, path)).mode & 0o7777).toString(8);

test("a file is put where only the account may look, with the mode that is asked for", () => {
  expect(run("put-file", ["db/etc/pg.conf"], "0444\nport = 5432\n").status).toBe(0);
  expect(readFileSync(join(home, ".homelab/files/db/etc/pg.conf"), "utf8")).toBe("port = 5432\n");
  // What is mounted as a folder lets the container's user in.
  const paths = [".homelab", ".homelab/files", ".homelab/files/db/etc", ".homelab/files/db/etc/pg.conf"];
  expect(paths.map(mode)).toEqual(["700", "700", "755", "444"]);
});

test("a file is replaced, whatever its mode was, and nothing else is left", () => {
  run("put-file", ["db/etc/pg.conf"], "0400\nold");
  expect(run("put-file", ["db/etc/pg.conf"], "0640\nnew").status).toBe(0);
  expect(readFileSync(join(home, ".homelab/files/db/etc/pg.conf"), "utf8")).toBe("new");
  expect(mode(".homelab/files/db/etc/pg.conf")).toBe("640");
  expect(readdirSync(join(home, ".homelab/files/db/etc"))).toEqual(["pg.conf"]);
});

test("the file that a container was made with is kept until its successor works, and no other", () => {
  const kept = (): string => readFileSync(join(home, ".homelab/files-former/db/etc/pg.conf"), "utf8");
  run("put-file", ["db/etc/pg.conf"], "0400\nfirst");
  run("put-file", ["db/etc/pg.conf"], "0400\nfirst");
  expect(kept).toThrow("ENOENT");
  run("put-file", ["db/etc/pg.conf"], "0400\nsecond");
  run("put-file", ["db/etc/pg.conf"], "0400\nthird");
  expect([kept(), mode(".homelab/files-former/db/etc/pg.conf")]).toEqual(["first", "400"]);
  run("remove-file", ["db/etc/pg.conf"]);
  expect(kept).toThrow("ENOENT");
});

test("a file that somebody has changed since it was made is not kept", () => {
  run("put-file", ["db/etc/pg.conf"], "0600\nfirst");
  writeFileSync(join(home, ".homelab/files/db/etc/pg.conf"), "by hand");
  run("put-file", ["db/etc/pg.conf"], "0600\nsecond");
  expect(existsSync(join(home, ".homelab/files-former"))).toBe(false);
});

test("a folder in its place is refused and stays", () => {
  mkdirSync(join(home, ".homelab/files/db/etc/pg.conf/x"), { recursive: true });
  expect(run("put-file", ["db/etc/pg.conf"], "0444\n").status).not.toBe(0);
  expect(readdirSync(join(home, ".homelab/files/db/etc"))).toEqual(["pg.conf"]);
});

test("a file is removed with the folders that are empty then, again without an error", () => {
  run("put-file", ["db/etc/pg.conf"], "0444\n");
  run("put-file", ["db/run/secrets/password"], "0444\n");
  expect(run("remove-file", ["db/etc/pg.conf"]).status).toBe(0);
  expect(readdirSync(join(home, ".homelab/files/db"))).toEqual(["run"]);
  expect(run("remove-file", ["db/etc/pg.conf"]).status).toBe(0);
  expect(run("remove-file", ["db/run/secrets/password"]).status).toBe(0);
  expect(readdirSync(home)).toEqual([]);
});

test.each([
  ["put-file", []],
  ["put-file", ["a/b", "c"]],
  ...["/a/b", "a/../b", "../b", "a/..", "a/./b", "a//b", "a/b/", "", "a b", "a/$(id)", "a/b\nc", "-a"].flatMap(
    (path) => [["put-file", [path]] as [string, string[]], ["remove-file", [path]] as [string, string[]]],
  ),
  ["remove-file", []],
  ["forget-records", ["x"]],
])("%s %j is refused", (program, args) => {
  writeFileSync(join(home, "b"), "");
  expect(run(program, args)).toMatchObject({ status: 64, stderr: expect.stringMatching(`^${program}: `) as unknown });
  expect(readdirSync(home)).toEqual(["b"]);
});

test.each([
  ["put-file", ["a/../b"]],
  ["remove-file", ["a/b"]],
  ["forget-records", []],
])("%s %j reads what it is sent to its end: who deploys may fail otherwise", (program, args) => {
  expect(run(program, args, "x".repeat(3_000_000))).not.toHaveProperty("error");
});

test("a file that is as it should be stays the same one, for a container that has it mounted", () => {
  const file = join(home, ".homelab/files/db/etc/pg.conf");
  const put = (input: string): number => {
    expect(run("put-file", ["db/etc/pg.conf"], input).status).toBe(0);
    return statSync(file).ino;
  };
  const first = put("0444\nport = 5432\n");
  expect(put("0444\nport = 5432\n")).toBe(first);
  expect(readdirSync(join(home, ".homelab/files/db/etc"))).toEqual(["pg.conf"]);
  const second = put("0440\nport = 5432\n");
  expect([second === first, mode(".homelab/files/db/etc/pg.conf")]).toEqual([false, "440"]);
  expect(put("0440\nport = 5433\n")).not.toBe(second);
  expect(readFileSync(file, "utf8")).toBe("port = 5433\n");
});

test("how a file was made is written down, and forgotten with it", () => {
  run("put-file", ["db/etc/pg.conf"], "0440\nport = 5432\n");
  const digest = createHash("sha256").update("port = 5432\n").digest("hex");
  expect(readFileSync(join(home, ".homelab/files-made/db/etc/pg.conf"), "utf8")).toBe(`440 ${digest}\n`);
  run("remove-file", ["db/etc/pg.conf"]);
  expect(readdirSync(home)).toEqual([]);
});

test.each(["", "444", "0448\n", "u+s\n"])("a file with the mode %j is refused", (input) => {
  expect(run("put-file", ["a/b"], input)).toMatchObject({
    status: 64,
    stderr: expect.stringMatching("mode") as unknown,
  });
  expect(readdirSync(home)).toEqual([]);
});

test("records are forgotten, files are not", () => {
  mkdirSync(join(home, ".homelab/containers"), { recursive: true });
  writeFileSync(join(home, ".homelab/containers/web.json"), "{}");
  run("put-file", ["db/etc/pg.conf"], "0444\n");
  expect(run("forget-records", []).status).toBe(0);
  expect(readdirSync(join(home, ".homelab"))).toEqual(["files", "files-made"]);
  run("remove-file", ["db/etc/pg.conf"]);
  expect(run("forget-records", []).status).toBe(0);
  expect(readdirSync(home)).toEqual([]);
});

describe("a copy of the engine's state", () => {
  const COPY = ".homelab/state/homelab.json.gz";
  const state = gzipSync('{"version":3}');

  test("is kept where only the account may look, in the place of the former one", () => {
    expect(run("keep-state", ["homelab"], gzipSync("{}")).status).toBe(0);
    expect(run("keep-state", ["homelab"], state).status).toBe(0);
    expect(gunzipSync(readFileSync(join(home, COPY))).toString()).toBe('{"version":3}');
    expect([".homelab/state", COPY].map(mode)).toEqual(["700", "600"]);
    expect(readdirSync(join(home, ".homelab/state"))).toEqual(["homelab.json.gz"]);
  });

  test("that broke off on its way leaves the former one", () => {
    run("keep-state", ["homelab"], state);
    expect(run("keep-state", ["homelab"], state.subarray(0, 20)).status).not.toBe(0);
    expect(readdirSync(join(home, ".homelab/state"))).toEqual(["homelab.json.gz"]);
    expect(gunzipSync(readFileSync(join(home, COPY))).toString()).toBe('{"version":3}');
  });

  test.each(["", "../x", ".hidden", "a/b", "a b", "-a"])("is of no stack of the name %j", (name) => {
    expect(run("keep-state", [name], state)).toMatchObject({
      status: 64,
      stderr: expect.stringContaining("no name") as string,
    });
  });

  test("goes when nothing is declared on the host any more", () => {
    run("keep-state", ["homelab"], state);
    expect(run("forget-records", []).status).toBe(0);
    expect(existsSync(join(home, ".homelab"))).toBe(false);
  });
});
