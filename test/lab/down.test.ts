import { existsSync, readdirSync, readFileSync } from "node:fs";
import { findInstance } from "../../lab/instance.js";
import { run } from "../../lab/lab.js";
import { runScript } from "../../lab/machine.js";

// A lab of its own, without hosts: what `up` makes on the machine itself is all there.
const scratch = findInstance("scratch");
const script = (name: string, ...args: string[]): Promise<string[]> =>
  runScript(scratch, `machine/${name}.sh`, { title: name, args }).then((facts) => facts.map(({ kind }) => kind));

/** Everything on this machine that a lab could leave behind. */
async function machine(): Promise<Record<string, string[]>> {
  const lines = async (...argv: [string, ...string[]]): Promise<string[]> => {
    const [command, ...args] = argv;
    const { stdout } = await run(command, args);
    return stdout.split("\n").map((line) => line.trim());
  };
  return {
    links: (await lines("ip", "-o", "link")).map((line) => line.split(":")[1] ?? ""),
    addresses: (await lines("ip", "-brief", "address")).map((line) =>
      line.replace(/@\S+/, "").replace(/\s+fe80\S+/, ""),
    ),
    routes: await lines("ip", "route"),
    namespaces: (await lines("ip", "netns")).map((line) => line.split(" ")[0] ?? ""),
    rules: existsSync("/usr/sbin/iptables-save") ? await lines("iptables-save") : [],
    mounts: readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .filter((line) => line.includes(scratch.dir)),
    processes: readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(scratch.dir)),
  };
}
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // ended meanwhile
  }
}

jest.setTimeout(600_000);
afterAll(() => script("down", "--purge"));

test("down removes what up made, and nothing else", async () => {
  await script("down", "--purge"); // of an earlier run of this test
  const before = await machine();

  for (const step of ["network", "keys", "docker-host", "lan"]) {
    await script(step);
  }
  const up = await machine();
  expect(up.namespaces).toContain("hl-scratch");
  expect(up.processes?.length).toBeGreaterThan(1);

  for (const step of ["network", "keys", "docker-host", "lan"]) {
    expect([step, ...(await script(step))]).not.toContain("did");
  }
  expect(await machine()).toEqual(up);

  await script("down");
  const guards = [
    `unreachable ${scratch.net}.0/24 metric 9999`,
    `unreachable ${scratch.outside.replace(/1$/, "0")}/30 metric 9999`,
  ];
  const down = await machine();
  expect(down.routes?.filter((route) => !guards.includes(route))).toEqual(before.routes);
  expect({ ...down, routes: [] }).toEqual({ ...before, routes: [] });
  expect(guards.every((guard) => down.routes?.includes(guard))).toBe(true);

  await script("down", "--purge");
  expect(await machine()).toEqual(before);
  expect(existsSync(scratch.dir)).toBe(false);
});
