import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { FakeHost } from "./fake-host.js";

// What a run of the helper was sent may have passwords in it: it does not outlive the run by more than the next one.

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost({ getent: "exit 2" });
});
afterEach(() => {
  host.remove();
});
const folders = (): string[] => readdirSync(join(host.root, "run"));

test("what a run that was killed has left behind is removed by the next, or by the timer", async () => {
  mkdirSync(join(host.root, "run/homelab-shares"), { recursive: true });
  for (const command of [["watch"], ["probe"], ["remove", "smb-users"]]) {
    host.write("run/homelab.AbC123/input.json", '{"users":{"anna":"a password"}}');
    await host.helper(command);
    expect([command, folders()]).toEqual([command, ["homelab-shares"]]);
  }
});

test("the folder of a run that goes on is left alone", async () => {
  host.program("groupadd", 'while [ ! -e "$ROOT/go-on" ]; do sleep 0.05; done; exit 1');
  host.program("smbpasswd", "");
  const slow = host.helper(["apply", "smb-users"], '{"users":{"anna":"x"}}');
  while (!existsSync(join(host.root, "calls")) || !host.read("calls").includes("groupadd")) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const before = folders();
  expect((await host.helper(["watch"])).exitCode).toBe(0);
  expect(folders()).toEqual(before);
  expect(before).toHaveLength(1);
  host.write("go-on", "");
  expect((await slow).exitCode).toBe(1);
  expect(folders()).toEqual([]);
});
