import { hostname } from "node:os";
import { lockAdvice } from "../../scripts/lib/lock.js";

const locked = (machine: string): string =>
  "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock " +
  `file with \`pulumi cancel\`.\n  file:///x/locks/lab/1.json: created by pi@${machine} (pid 4711) at 2026-11-29T08:00:00Z\n`;

test.each<[string, string, boolean, string | undefined]>([
  ["another failure", "error: no such stack", false, undefined],
  [
    "a process that runs",
    locked(hostname()),
    true,
    `Process 4711 of pi on this machine deploys. Wait for its end, then deploy again.`,
  ],
  [
    "a process that is gone",
    locked(hostname()),
    false,
    "The lock is a stale one: its process, 4711 on this machine, is gone. Release it, then deploy again: npx pulumi cancel --yes --stack lab",
  ],
  [
    "a process of another machine",
    locked("other"),
    false,
    "pi on other deploys (process 4711 there). Wait for its end; if it is gone: npx pulumi cancel --yes --stack lab",
  ],
  [
    "a lock of another kind",
    "error: the stack is currently locked",
    false,
    "Another deployment holds the lock. Wait for its end; if none runs any more: npx pulumi cancel --yes --stack lab",
  ],
])("%s", (_, output, runs, advice) => {
  expect(lockAdvice(output, "lab", () => runs)).toBe(advice);
});

test("whether a process runs is asked of the machine", () => {
  const mine = locked(hostname()).replace("4711", String(process.pid));
  expect(lockAdvice(mine, "lab")).toContain(`Process ${process.pid} of pi on this machine deploys`);
  const none = locked(hostname()).replace("4711", "4194305"); // more than Linux ever gives
  expect(lockAdvice(none, "lab")).toContain("is gone");
});
