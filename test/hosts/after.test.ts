import { observeSettled } from "../../hosts/after.js";
import type { Observation } from "../../model/drift/observation.js";
import { HOST_KEY, model } from "../model/declare.js";

const hosts = model(
  'name: nas\nservices: {web: {image: "nginx:1.29"}}\n',
  `config:
  homelab:domain: example.org
  homelab:lan: {subnet: 192.168.1.0/24}
  homelab:hosts:
    pi: {address: 192.168.1.100, role: nas, hostKey: "${HOST_KEY}"}
    other: {address: 192.168.1.101, hostKey: "${HOST_KEY}"}
    off: {address: 192.168.1.102, hostKey: "${HOST_KEY}"}
`,
).hosts.map((host) => ({ ...host, settings: [] }));

const web = (state: string, upSeconds: number | null, restarts = 0) => ({
  ...{ name: "web", id: "c0ffee", service: "web", state, exitCode: 0, health: "", restarts, upSeconds },
  ...{ record: "own" as const, changed: [], ports: [] },
});
const seen = (...containers: ReturnType<typeof web>[]): Observation => ({
  status: "ok",
  report: {
    ...{ settings: {}, containers, networks: [], images: [], volumes: [] },
    ...{ declared: null, files: [], listening: [], foreign: [] },
  },
});

/** Looks until all has settled; a host is as the list says, look by look. */
async function looks(...onPi: Observation[]): Promise<{ asked: string[][]; last: Observation | undefined }> {
  const asked: string[][] = [];
  const found = await observeSettled(hosts, {
    betweenMs: 1,
    probe: (of) => {
      asked.push(of.map(({ name }) => name));
      const pi = onPi[asked.length - 1] ?? seen();
      const off: Observation = { status: "unreachable", reason: "no route" };
      const each = new Map<string, Observation>([
        ["pi", pi],
        ["other", seen()],
        ["off", off],
      ]);
      return Promise.resolve(new Map(of.flatMap(({ name }) => [[name, each.get(name) ?? off] as const])));
    },
  });
  expect(found.get("off")).toMatchObject({ status: "unreachable" });
  return { asked, last: found.get("pi") };
}

const ALL = ["pi", "other", "off"];

test("where nothing was started one look is enough", async () => {
  expect((await looks(seen(web("running", 500)))).asked).toEqual([ALL]);
});

test("a host on which something has just started is looked at until it runs long enough", async () => {
  const { asked, last } = await looks(
    seen(web("running", 0)),
    seen(web("restarting", null, 1)),
    seen(web("running", 12, 1)),
  );
  expect(asked).toEqual([ALL, ["pi"], ["pi"]]);
  expect(last).toEqual(seen(web("running", 12, 1)));
});

test("a host that goes away meanwhile is waited for no longer", async () => {
  const { asked, last } = await looks(seen(web("running", 0)), { status: "unreachable", reason: "gone" });
  expect([asked.length, last?.status]).toEqual([2, "unreachable"]);
});
