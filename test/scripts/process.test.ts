import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, stopAll } from "../../scripts/lib/process.js";

test("a failure is an exit code, with what was printed", async () => {
  expect(await run("sh", ["-c", "echo out; echo err >&2; exit 3"])).toEqual({
    stdout: "out\n",
    stderr: "err\n",
    exitCode: 3,
  });
});

test("what cannot be started ends with 127 and says why", async () => {
  const { exitCode, stderr } = await run("/no/such/program", []);
  expect([exitCode, stderr]).toEqual([127, expect.stringContaining("/no/such/program")]);
});

test("a signal is 128 and its number, a time-out 124", async () => {
  expect((await run("sh", ["-c", "kill -TERM $$"])).exitCode).toBe(143);
  const late = await run("sh", ["-c", "echo first; exec sleep 60"], { timeoutMs: 200 });
  expect(late).toMatchObject({ exitCode: 124, stdout: "first\n" });
});

test("a program that ends without reading its input keeps its exit code", async () => {
  expect((await run("sh", ["-c", "exit 5"], { input: Buffer.alloc(2 ** 22) })).exitCode).toBe(5);
});

test("input and environment get there, and nobody waits for input that is not given", async () => {
  const { stdout } = await run("sh", ["-c", 'cat; echo "$WORD $HOME"'], { input: "in ", env: { WORD: "word" } });
  expect(stdout).toBe(`in word ${process.env["HOME"] ?? ""}\n`);
  expect(await run("cat", [])).toMatchObject({ stdout: "", exitCode: 0 });
});

test("each line is told as it comes, also the last without a line's end, and all of it is in the log", async () => {
  const folder = await mkdtemp(join(tmpdir(), "process-"));
  const log = join(folder, "log");
  const lines: string[] = [];
  const onLine = (line: string): number => lines.push(line);
  try {
    const { stdout } = await run("sh", ["-c", "echo a; echo; printf b"], { log, onLine });
    expect([stdout, lines]).toEqual(["a\n\nb", ["a", "", "b"]]);
    await run("sh", ["-c", "echo c >&2"], { log });
    expect(await readFile(log, "utf8")).toBe("a\n\nbc\n");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("stopAll ends a group with all that it started, and nothing else", async () => {
  let started = "";
  const other = run("sleep", ["2"]);
  const group = run("sh", ["-c", "sleep 60 & echo $!; wait"], {
    group: true,
    onLine: (line) => {
      started = line;
    },
  });
  while (started === "") {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await stopAll("SIGTERM");
  expect((await group).exitCode).toBe(143);
  expect((await run("sh", ["-c", `ps -o stat= -p ${started} | grep -v Z`])).stdout).toBe("");
  expect((await other).exitCode).toBe(0);
});
