import { digestOf, exitCodeOf } from "../../scripts/drift/look.js";
import type { HostDrift } from "../../scripts/drift/look.js";
import { nightly } from "../../scripts/drift/nightly.js";
import type { Delivery, Notifier } from "../../scripts/lib/notify/notifier.js";
import type { Message } from "../../scripts/lib/notify/targets.js";
import { Undelivered } from "../../scripts/lib/notify/undelivered.js";
import { webServer } from "./notify-servers.js";

// What the owner hears of one night after the other, with a forge that keeps the issue in between.

type Finding = HostDrift["findings"][number];
const finding = (name: string, words = "was stopped"): Finding => ({
  ...{ host: "pi5", kind: "container", code: "not-running", name, subject: name, words },
});
const pi5 = (...findings: Finding[]): HostDrift => ({ host: "pi5", status: "ok", findings });
const OFF: HostDrift = { host: "pi5", status: "unreachable", reason: "pi5 cannot be reached", findings: [] };

interface Issue {
  readonly number: number;
  body: string;
  state: string;
}
let forge: Awaited<ReturnType<typeof webServer>>;
let issues: Issue[];
let forgeFails: boolean;
let arrives: boolean;
let told: Message[];
let pings: string[];
let errors: string[];

const deliveries = (): readonly Delivery[] => [
  {
    target: "ntfy",
    ...(!arrives && { failure: new Undelivered("it is gone", { prose: "look for it" }) }),
  },
];
const notifier: Notifier = {
  tell: (message) => {
    told.push(message);
    return Promise.resolve(deliveries());
  },
  ping: (outcome) => {
    pings.push(outcome);
    return Promise.resolve([]);
  },
};

beforeEach(async () => {
  [issues, told, pings, errors, forgeFails, arrives] = [[], [], [], [], false, true];
  forge = await webServer(
    () => ({ status: forgeFails ? 500 : 200 }),
    [],
    undefined,
    ({ method, path, body }) => {
      const { pathname, searchParams } = new URL(path, "http://forge");
      if (method === "GET") {
        return searchParams.get("page") === "1" ? issues.filter(({ state }) => state === "open") : [];
      }
      const change = JSON.parse(body) as Partial<Issue>;
      const issue = issues.find(({ number }) => pathname.endsWith(`/issues/${number}`));
      if (method === "POST" && pathname.endsWith("/issues")) {
        issues.push({ ...{ id: 1, number: issues.length + 1, body: "", state: "open" }, ...change });
      } else if (issue !== undefined) {
        Object.assign(issue, change);
      }
      return {};
    },
  );
  jest.spyOn(console, "log").mockImplementation(() => undefined);
  jest.spyOn(console, "error").mockImplementation((text: string) => errors.push(text));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await forge.close();
});

const env = (): Readonly<Record<string, string>> => ({
  GITHUB_API_URL: `http://127.0.0.1:${forge.port}`,
  GITHUB_REPOSITORY: "me/homelab",
  GITHUB_TOKEN: "t0ken",
});

/** One night, in which every look sees the same; what was told, and the ping. */
const night = (...seen: HostDrift[]): Promise<(string | undefined)[]> => nightOf(() => seen);

/** The same, of what each look sees; the next one comes at once. */
async function nightOf(look: () => HostDrift[]): Promise<(string | undefined)[]> {
  [told, pings] = [[], []];
  const looking = (): Promise<HostDrift[]> => Promise.resolve(look());
  await nightly("lab", notifier, looking, env(), () => Promise.resolve());
  return [...told.map(({ event, title, text }) => `${event}: ${title}: ${text}`), ...pings];
}

test("each change is told once, and each night has its ping", async () => {
  expect(await night(pi5())).toEqual(["success"]);
  expect(await night(pi5(finding("web")))).toEqual(["drift: Drift in lab: pi5, web: was stopped", "success"]);
  expect(await night(pi5(finding("web")))).toEqual(["success"]);
  expect(await night(pi5(finding("web", "was stopped 2 days ago")))).toEqual(["success"]);
  expect(await night(pi5(finding("web"), finding("db")))).toEqual([
    "drift: Other drift in lab than before: pi5, web: was stopped\npi5, db: was stopped",
    "success",
  ]);
  expect(await night(OFF)).toEqual(["drift: Other drift in lab than before: pi5: pi5 cannot be reached", "success"]);
  expect(await night(OFF)).toEqual(["success"]);
  expect(await night(pi5())).toEqual(["healed: No drift in lab any more: Nothing differs on pi5.", "success"]);
  expect(await night(pi5())).toEqual(["success"]);
  expect(issues.map(({ state }) => state)).toEqual(["closed"]);
});

test.each([
  ["nothing, after one look", [pi5()], ["success"]],
  ["a deployment that comes to its end", [pi5(finding("web")), pi5(finding("db")), pi5()], ["success"]],
  ["a host that is back after its restart", [OFF, pi5()], ["success"]],
  ["the same twice", [OFF, OFF], ["drift: Drift in lab: pi5: pi5 cannot be reached", "success"]],
  [
    "something else each time, until the last look",
    ["1", "2", "3", "4", "5"].map((name) => pi5(finding(name))),
    ["drift: Drift in lab: pi5, 5: was stopped", "success"],
  ],
])("looks again where something differs, and tells what stays: %s", async (_, looks, heard) => {
  const left = [...looks];
  const look = (): HostDrift[] => {
    const seen = left.shift();
    if (seen === undefined) {
      throw new Error("one look too many");
    }
    return [seen];
  };
  expect(await nightOf(look)).toEqual(heard);
  expect(left).toEqual([]);
});

test("looks once where the issue has what differs", async () => {
  await night(OFF);
  const looks = [[OFF], [pi5()]];
  expect(await nightOf(() => looks.shift() ?? [])).toEqual(["success"]);
  expect(looks).toEqual([[pi5()]]);
});

test("what could not be told raises the alarm of the dead man's switch, and the night goes on", async () => {
  arrives = false;
  expect(await night(pi5(finding("web")))).toEqual([expect.stringMatching(/^drift: /), "failure"]);
  expect(errors).toEqual(["ntfy: not sent, because it is gone\n-> look for it"]);
});

test("a look or a forge that fails is told, and fails the night", async () => {
  forgeFails = true;
  await expect(night(pi5())).rejects.toThrow(/500/);
  expect([told.map(({ event }) => event), pings]).toEqual([["drift-failed"], ["failure"]]);
  [told, pings] = [[], []];
  const fails = (): Promise<never> => Promise.reject(new Error("canary"));
  await expect(nightly("lab", notifier, fails, env())).rejects.toThrow("canary");
  expect([told.map(({ event }) => event), pings]).toEqual([["drift-failed"], ["failure"]]);
  expect(JSON.stringify(told)).not.toContain("canary");
});

test("differences are the same in whatever order and words, and not on another host", () => {
  const [web, db] = [finding("web"), finding("db")];
  expect(digestOf([pi5(web, db)])).toBe(digestOf([pi5(db, finding("web", "otherwise"))]));
  const others = [pi5(web), pi5(db), OFF, { ...pi5(web), host: "pi4" }, pi5({ ...web, item: "x" })];
  expect(new Set(others.map((it) => digestOf([it]))).size).toBe(others.length);
  expect([exitCodeOf([pi5()]), exitCodeOf([pi5(web)]), exitCodeOf([OFF, pi5(web)])]).toEqual([0, 2, 3]);
});
