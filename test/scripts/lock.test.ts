import { hostname } from "node:os";
import { UserError } from "../../scripts/lib/command.js";
import { lockAdvice } from "../../scripts/lib/lock.js";
import { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { assertStale, describeLock, locksOf } from "../../scripts/unlock/unlock.js";

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
    "The lock is stale: its process, 4711 on this machine, is gone. Release it, then deploy again: npm run unlock -- --stack lab",
  ],
  [
    "a process of another machine",
    locked("other"),
    false,
    "pi on other deploys (process 4711 there). Wait for its end; if it is gone: npm run unlock -- --stack lab",
  ],
  [
    "a lock of another kind",
    "error: the stack is currently locked",
    false,
    "Another deployment holds the lock. Wait for its end; if none runs any more: npm run unlock -- --stack lab",
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

/** A stack whose engine prints the same whatever it is asked. */
class SayingStack extends PulumiStack {
  constructor(private readonly said: string) {
    super("/nowhere", "lab");
  }

  override run(): ReturnType<PulumiStack["run"]> {
    return Promise.resolve({ stdout: "", stderr: this.said, exitCode: 1 });
  }
}

describe("npm run unlock", () => {
  const [mine, theirs] = [locked(hostname()), locked("other")];
  const holders = (output: string): ReturnType<typeof locksOf> => locksOf(new SayingStack(output));

  test("says whose locks they are, each", async () => {
    const found = await holders(mine + theirs);
    expect(found.map(describeLock)).toEqual([
      `pi on ${hostname()}, process 4711, since 2026-11-29T08:00:00Z`,
      "pi on other, process 4711, since 2026-11-29T08:00:00Z",
    ]);
    expect(await holders("error: a stack named lab already exists\n")).toEqual([]);
    await expect(holders("error: no stack named 'lab' found")).rejects.toThrow(UserError);
  });

  test.each([
    ["of a process that is gone", mine, false, false, undefined],
    ["of a process that runs", mine, true, false, "still runs on this machine"],
    ["of a process that runs, whatever the owner says", mine, true, true, "still runs on this machine"],
    ["of another machine", theirs, false, false, "npm run unlock -- --yes --stack lab"],
    ["of another machine that the owner knows", theirs, false, true, undefined],
    ["of two, of which one runs", mine + theirs, true, true, "still runs on this machine"],
  ])("the lock %s", async (_, output, running, yes, refused) => {
    const found = await holders(output);
    const act = (): void => {
      assertStale(found, { stack: "lab", yes, runs: () => running });
    };
    if (refused === undefined) {
      expect(act).not.toThrow();
    } else {
      expect(act).toThrow(refused);
    }
  });
});
