import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SharedConnection } from "../../hosts/shared-connection.js";
import { runOn } from "../../hosts/ssh.js";
import { HOST_KEY, model, onlyHost } from "../model/declare.js";

const ROOT = join(__dirname, "../..");
const host = onlyHost(model("services: {}\nname: nas\n"));
const PATH = process.env["PATH"] ?? "";
let folder: string;
const put = (name: string): void => {
  writeFileSync(join(folder, name), "");
};
const log = (): string[] => readFileSync(join(folder, "log"), "utf8").trim().split("\n");
const eventually = async (what: () => boolean): Promise<void> => {
  while (!what()) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ssh-"));
  process.env["FAKE_SSH"] = folder;
  process.env["PATH"] = `${join(__dirname, "bin")}:${PATH}`;
});
afterEach(() => {
  process.env["PATH"] = PATH;
  rmSync(folder, { recursive: true });
});

test("commands at the same time and after each other share one connection", async () => {
  const connection = new SharedConnection(host);
  const results = await Promise.all([connection.run(["echo", "1"], 5), connection.run(["echo", "2"], 5)]);
  expect(results.map(({ ok, stdout }) => [ok, stdout])).toEqual([
    [true, "1\n"],
    [true, "2\n"],
  ]);
  expect(await connection.run(["false"], 5)).toMatchObject({ ok: false, exitCode: 1 });
  expect(log().sort()).toEqual(["master", "shared echo 1", "shared echo 2", "shared false"]);
});

test("a command of another kind has a connection of its own, whatever else is open", async () => {
  await new SharedConnection(host).run(["true"], 5);
  await runOn(host, ["true"], 5);
  expect(log()).toEqual(["master", "shared true", "fresh true"]);
});

test("a shared connection that does not come about in time is given up", async () => {
  put("stuck");
  expect((await new SharedConnection(host).run(["echo", "1"], 0.2)).stdout).toBe("1\n");
  expect(log()).toEqual(["master", "fresh echo 1"]);
});

test("without a shared connection each command gets its own, and the next one tries again", async () => {
  put("off");
  const connection = new SharedConnection(host);
  expect((await connection.run(["echo", "1"], 5)).stdout).toBe("1\n");
  rmSync(join(folder, "off"));
  expect((await connection.run(["echo", "2"], 5)).stdout).toBe("2\n");
  expect(log()).toEqual(["master", "fresh echo 1", "master", "shared echo 2"]);
});

test("a connection that takes no more sessions is kept, and the command gets its own", async () => {
  put("full");
  const connection = new SharedConnection(host);
  expect((await connection.run(["echo", "1"], 5)).stdout).toBe("1\n");
  rmSync(join(folder, "full"));
  await connection.run(["echo", "2"], 5);
  expect(log()).toEqual(["master", "shared echo 1", "fresh echo 1", "shared echo 2"]);
});

test("a command that does not end is given up, and not begun a second time", async () => {
  put("slow");
  expect(await new SharedConnection(host).run(["true"], 0.3)).toMatchObject({ ok: false, exitCode: undefined });
  expect(log()).toEqual(["master", "shared true"]);
});

test("the connection neither keeps a program from ending nor outlives it", async () => {
  const program = `
    import { SharedConnection } from ${JSON.stringify(join(ROOT, "hosts/shared-connection.ts"))};
    const host = ${JSON.stringify({ name: "pi5", address: "192.168.1.100", port: 22, user: "deploy", hostKey: HOST_KEY })};
    await new SharedConnection(host).run(["true"], 5);
    console.log("done");
  `;
  writeFileSync(join(folder, "program.mts"), program);
  const args = ["--import", "tsx", join(folder, "program.mts")];
  expect(
    execFileSync(process.execPath, args, { cwd: ROOT, env: process.env, encoding: "utf8", timeout: 60_000 } as const),
  ).toBe("done\n");
  await eventually(() => log().includes("master ends"));
}, 90_000);
