// The engine as a whole, whichever lab/pulumi-engine.sh has installed in PULUMI_HOME: the CLI, the language
// host and the command plugin, against a real sshd on a loopback port.
import * as fs from "node:fs";
import type { Declaration } from "./program/declaration";
import { isBuiltHere, pinned, Workbench } from "./workbench";
import type { Run } from "./workbench";

jest.setTimeout(300_000);

const standIn = isBuiltHere();
const bench = new Workbench();

beforeAll(async () => {
  await bench.open();
  succeeds(bench.pulumi("stack", "init", "test"));
  succeeds(bench.pulumi("config", "set", "--secret", "token", "hidden", "--stack", "test"));
});

afterAll(() => {
  bench.close();
});

beforeEach(() => {
  fs.rmSync(bench.path("log"), { force: true });
});

function succeeds(run: Run): string {
  if (run.status !== 0) {
    throw new Error(`exit status ${run.status ?? "none"}:\n${run.text}`);
  }
  return run.text;
}

function fails(run: Run): string {
  if (run.status === 0) {
    throw new Error(`did not fail:\n${run.text}`);
  }
  return run.text;
}

function command(args: Record<string, unknown>, connection: Record<string, unknown> = {}): Declaration {
  return { name: "c", type: "remote", args: { connection: bench.connection(connection), ...args } };
}

test("npx pulumi runs the pinned version, without a download", () => {
  const version = succeeds(bench.run("npx", ["--no-install", "pulumi", "version"]));
  expect(version.trim()).toBe(`v${pinned("pulumi")}`);
});

test("a command's life: created, left alone, updated, replaced, deleted", () => {
  const first = {
    create: `${bench.note("create")}; echo out; echo err >&2`,
    delete: bench.note('"delete [$PULUMI_COMMAND_STDOUT]"'),
  };
  expect(succeeds(bench.preview([command(first)]))).toContain("+ 3 to create");
  expect(bench.log()).toEqual([]); // a preview runs nothing

  succeeds(bench.up([command(first)]));
  expect(bench.log()).toEqual(["hook c", "create"]);
  expect(bench.outputs("--show-secrets")).toEqual({ c: "out", token: "hidden" });
  expect(bench.outputs()).toMatchObject({ token: "[secret]" });

  expect(succeeds(bench.up([command(first)]))).toContain("3 unchanged");
  expect(bench.log()).toEqual(["hook c", "create"]);

  const update = bench.note('"update [$PULUMI_COMMAND_STDOUT] [$PULUMI_COMMAND_STDERR] [$WORD]"');
  succeeds(bench.up([command({ ...first, update, environment: { WORD: "w" } })]));
  expect(bench.log().slice(2)).toEqual(["update [out] [err] [w]"]);

  const third = command({ ...first, triggers: [1] });
  expect(succeeds(bench.preview([third]))).toContain("1 to replace");
  succeeds(bench.up([third]));
  // the new one is made first, and the update printed nothing that the old one's delete could get
  expect(bench.log().slice(3)).toEqual(["hook c", "create", "delete []"]);

  succeeds(bench.up([]));
  expect(bench.log().slice(6)).toEqual(["delete [out]"]);
});

test("commands that end at once give their status all the same", () => {
  const many = Array.from({ length: 25 }, (_, i) => ({
    ...command({ create: "exit 0", delete: "exit 0" }),
    name: `c${i}`,
  }));
  succeeds(bench.up(many));
  succeeds(bench.up([]));
});

test("secret inputs and the private key are neither shown nor stored in plain text", () => {
  const shown = succeeds(bench.up([command({ create: "cat > /dev/null", "!stdin": "whisper", logging: "none" })]));
  const stored = succeeds(bench.pulumi("stack", "export", "--stack", "test"));
  expect(stored).toContain('"create"');
  expect(shown + stored).not.toMatch(/whisper|PRIVATE KEY/);
  succeeds(bench.up([]));
});

describe("a failure names its cause", () => {
  test("a command that fails", () => {
    expect(fails(bench.up([command({ create: "echo sorry >&2; exit 3" })]))).toMatch(/exited with status 3[^]*sorry/);
  });

  test("a command that ends before it has read its standard input, also when it deletes", () => {
    const input = "x".repeat(3_000_000);
    expect(fails(bench.up([command({ create: "true", stdin: input })]))).toContain("EOF");
    succeeds(bench.up([command({ create: "cat >/dev/null", delete: "true", stdin: input })]));
    expect(fails(bench.up([]))).toContain("EOF");
    succeeds(bench.up([command({ create: "cat >/dev/null", delete: "wc -c >/dev/null", stdin: input })]));
    succeeds(bench.up([]));
  });

  test("another host key than the pinned one", () => {
    const run = bench.up([command({ create: "true" }, { hostKey: bench.read("stranger.pub") })]);
    expect(fails(run)).toContain("host key mismatch");
  });

  test("a key that the host does not know", () => {
    const run = bench.up([command({ create: "true" }, { privateKey: bench.read("stranger") })]);
    expect(fails(run)).toMatch(/after 1 failed attempts: .*unable to authenticate/);
  });

  test("a port where nothing listens", () => {
    const run = bench.up([command({ create: "true" }, { port: 1 })]);
    expect(fails(run)).toMatch(/after 1 failed attempts: .*connection refused/);
  });

  test("an environment variable that the SSH server does not accept", () => {
    const run = bench.up([command({ create: "true", environment: { REFUSED: "x" } })]);
    expect(fails(run)).toContain("REFUSED");
  });

  test("and none of them left anything in the state", () => {
    expect(succeeds(bench.preview([]))).toContain("2 unchanged");
  });
});

test("local commands and copies", () => {
  const target = bench.path("a/b/f.txt");
  succeeds(
    bench.up([
      { name: "l", type: "local", args: { create: "cat; pwd", stdin: "in ", dir: bench.directory } },
      { name: "f", type: "copy", args: { connection: bench.connection(), source: "text", remotePath: target } },
    ]),
  );
  expect(bench.outputs()).toMatchObject({ l: `in ${fs.realpathSync(bench.directory)}` });
  expect(fs.readFileSync(target, "utf8")).toBe("text");
  succeeds(bench.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test"));
});

// What the stand-in does better than what it stands in for; see lab/offline/README.md.
if (standIn) {
  describe("the stand-in for the command plugin", () => {
    test("a wrong connection property does not put the private key on the screen", () => {
      const shown = fails(bench.preview([command({ create: "true" }, { port: "22" })]));
      expect(shown).toMatch(/connection\.port.*must be a number/);
      expect(shown).not.toContain("PRIVATE KEY");
    });

    test("a line of output longer than 64 KiB", () => {
      succeeds(bench.up([command({ create: "head -c 100000 /dev/zero | tr '\\0' x" })]));
      expect(bench.outputs()).toMatchObject({ c: "x".repeat(100_000) });
      succeeds(bench.up([]));
    });

    test("a host that accepts and then says nothing", async () => {
      const { port, close } = await bench.silentHost();
      const run = bench.up([command({ create: "true" }, { port, perDialTimeout: 1, dialErrorLimit: 0 })]);
      close();
      expect(fails(run)).toMatch(/after 0 failed attempts: .*[Tt]imed out/);
    });
  });
}
