import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentWithOnly } from "../../scripts/lib/agent.js";
import { run } from "../../scripts/lib/process.js";

let folder: string;
let agent: ChildProcess;
const path = (name: string): string => join(folder, name);
const keys = async (socket: string): Promise<string[]> => {
  const { stdout } = await run("ssh-add", ["-L"], { env: { SSH_AUTH_SOCK: socket } });
  return stdout.trim().split("\n");
};
const publicKey = (name: string): string => readFileSync(path(`${name}.pub`), "utf8").trim();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "agent-"));
  agent = spawn("ssh-agent", ["-D", "-a", path("all")], { stdio: "ignore" });
  while (!existsSync(path("all"))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const name of ["first", "second", "third"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path(name)]);
    execFileSync("ssh-add", ["-q", path(name)], { env: { ...process.env, SSH_AUTH_SOCK: path("all") } });
  }
});
afterAll(() => {
  agent.kill();
  rmSync(folder, { recursive: true });
});

test("of an agent's keys one is left, with which can be signed", async () => {
  expect(await keys(path("all"))).toHaveLength(3);
  const socket = await agentWithOnly(path("all"), publicKey("second"));
  expect(await keys(socket)).toEqual([publicKey("second")]);
  const signed = await run("ssh-add", ["-T", path("second.pub")], { env: { SSH_AUTH_SOCK: socket } });
  expect([signed.exitCode, signed.stderr]).toEqual([0, ""]);
});

test("of an agent without the key none is left", async () => {
  const socket = await agentWithOnly(path("all"), "ssh-ed25519 AAAA");
  expect(await keys(socket)).toEqual(["The agent has no identities."]);
});
