import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { keptMounts, targetsOf } from "../../scripts/adopt/adoption.js";
import { aftermathOf } from "../../scripts/deploy/aftermath.js";
import {
  allOfHosts,
  failingHosts,
  outcomeOfRemoved,
  outcomeOfTailnet,
  outcomePerHost,
  outcomeTable,
} from "../../scripts/deploy/outcome.js";
import { failuresOf } from "../../scripts/lib/failures.js";
import { progressOf } from "../../scripts/deploy/progress.js";
import { outcomeOf, together } from "../../scripts/deploy/events.js";
import { changesOf, errorsOf, warningIn } from "../../scripts/lib/engine-events.js";
import { HOST_KEY, model } from "../model/declare.js";

const hosts = model(
  `
name: nas
services:
  web: {image: "nginx:1.29", depends_on: [db]}
  db: {image: "postgres:18.6", volumes: ["data:/d", "/srv/x:/x"]}
volumes: {data: }
`,
  `config:
  homelab:domain: example.org
  homelab:lan: {subnet: 192.168.1.0/24}
  homelab:hosts:
    pi: {address: 192.168.1.100, role: nas, hostKey: "${HOST_KEY}"}
    pi-nas: {address: 192.168.1.101, hostKey: "${HOST_KEY}"}
`,
).hosts.map((host) => ({ ...host, settings: [] }));

const urn = (name: string, type = "docker:index/container:Container"): string =>
  `urn:pulumi:lab::homelab::homelab:index:NasHost$${type}::${name}`;
const report = (content: object): EngineEvent => ({ sequence: 1, timestamp: 0, ...content });
const event = (
  kind: "resOutputsEvent" | "resOpFailedEvent",
  op: string,
  name: string,
  more: object = {},
): EngineEvent =>
  report({ [kind]: { metadata: { op, urn: urn(name), type: "docker:index/container:Container", ...more } } });
const stack = (notDone: object): EngineEvent =>
  event("resOutputsEvent", "same", "homelab-lab", { type: "pulumi:pulumi:Stack", new: { outputs: { notDone } } });
const SUMMARY = report({ summaryEvent: { resourceChanges: { same: 4, "create-replacement": 1 } } });
const DECLARED = [
  "network/nas_default",
  "volume/nas_data",
  "image/nginx:1.29",
  "image/postgres:18.6",
  "container/web",
  "container/db",
];
const same = DECLARED.map((name) => event("resOutputsEvent", "same", `pi/${name}`));

const outcomes = (...events: EngineEvent[]) => outcomePerHost(hosts, outcomeOf(events));

test("nothing to do", () => {
  expect(outcomes(...same, stack({}), SUMMARY)).toEqual([
    { host: "pi", done: "nothing to do", notDone: "" },
    { host: "pi-nas", done: "nothing to do", notDone: "" },
  ]);
});

test("a tailnet's policy that was left as it is has a row of its own, and is taken for no host", () => {
  const left = stack({ "tailnet/policy": "Somebody changed it elsewhere" });
  const acl = event("resOutputsEvent", "create", "tailnet/policy");
  expect(outcomes(...same, acl, left, SUMMARY).map(({ done }) => done)).toEqual(["nothing to do", "nothing to do"]);
  expect(outcomeOfTailnet(outcomeOf([left]))).toEqual([
    { host: "(tailnet)", done: "nothing", notDone: "Somebody changed it elsewhere" },
  ]);
  expect(outcomeOfTailnet(outcomeOf([stack({})]))).toEqual([]);
});

test("what was done is counted by its host, a replacement once", () => {
  const lines = [
    event("resOutputsEvent", "create-replacement", "pi/container/web"),
    event("resOutputsEvent", "replace", "pi/container/web"),
    event("resOutputsEvent", "delete-replaced", "pi/container/web"),
    event("resOutputsEvent", "create", "pi-nas/leftovers"),
    event("resOutputsEvent", "update", "pi/leftovers"),
    event("resOutputsEvent", "delete", "pi/container/gone"),
  ];
  expect(outcomes(...same, ...lines, stack({}), SUMMARY)).toEqual([
    { host: "pi", done: "1 replaced, 1 updated, 1 deleted", notDone: "" },
    { host: "pi-nas", done: "1 created", notDone: "" },
  ]);
});

test("what failed, and what was not tried because of it, is not done", () => {
  const done = same.filter(
    ({ resOutputsEvent }) => !/::pi\/container\/(web|db)$/.test(resOutputsEvent?.metadata.urn ?? ""),
  );
  const failed = event("resOpFailedEvent", "create", "pi/container/db");
  expect(outcomes(...done, failed, stack({}), SUMMARY)[0]).toEqual({
    host: "pi",
    done: "nothing to do",
    notDone: "container/db, container/web",
  });
});

test("what the second try deletes on the other hosts is counted, and what failed stays named", () => {
  const failure = [...same.slice(0, -1), event("resOpFailedEvent", "create", "pi/container/db"), stack({}), SUMMARY];
  const first = outcomeOf(failure);
  expect(failingHosts(hosts, first)).toEqual(["pi"]);
  expect(allOfHosts(["pi"])).toEqual(["**::homelab:index:*::pi", "**::pi/**"]);
  const second = outcomeOf([...same, event("resOutputsEvent", "delete", "pi-nas/container/gone"), SUMMARY]);
  expect(outcomePerHost(hosts, together(first, second))).toEqual([
    { host: "pi", done: "nothing to do", notDone: "container/db" },
    { host: "pi-nas", done: "1 deleted", notDone: "" },
  ]);
});

test("a host on which nothing was tried has its reason", () => {
  expect(outcomes(...same, stack({ pi: "unreachable: no route" }), SUMMARY)[0]?.notDone).toBe("unreachable: no route");
});

/** What the engine prints of a resource around which something failed, although it was done itself. */
const complaint = (name: string): EngineEvent =>
  report({ diagnosticEvent: { severity: "error", message: "nobody could confirm it", urn: urn(name) } });
const REPORT = {
  settings: {},
  networks: [],
  images: [],
  volumes: [],
  declared: [],
  files: [],
  listening: [],
  foreign: [],
};

test("a confirmation that did not come is not done, although the engine counts the update", () => {
  const updated = event("resOutputsEvent", "update", "pi/setting/firewall");
  expect(outcomes(...same, updated, complaint("pi/setting/firewall"), stack({}), SUMMARY)[0]).toEqual({
    host: "pi",
    done: "nothing to do",
    notDone: "setting/firewall",
  });
});

test("what is not as it was declared is not done, although the engine was content", () => {
  const [host] = hosts;
  const outcome = outcomeOf([...same, stack({}), SUMMARY]);
  const after = host && aftermathOf(host, { status: "ok", report: { ...REPORT, containers: null } }, "lab");
  expect(outcomePerHost(hosts, outcome, new Map([["pi", after ?? { notDone: [], notes: [] }]]))[0]?.notDone).toContain(
    "docker: does not answer",
  );
  const gone = host && aftermathOf(host, { status: "unreachable", reason: "no route" }, "lab");
  expect(gone?.notDone[0]?.words).toBe(
    "deployed, and then not seen: pi (192.168.1.100) cannot be reached: no route.\n-> deploy again once it is back",
  );
});

test("what failed and is therefore not there is named once", () => {
  const failure = outcomeOf([...same.slice(0, -1), event("resOpFailedEvent", "create", "pi/container/db"), SUMMARY]);
  const notDone = [
    { code: "missing", name: "db", words: "db: is not there" },
    { code: "unhealthy", name: "web", words: "web: unhealthy" },
  ];
  expect(outcomePerHost(hosts, failure, new Map([["pi", { notDone, notes: [] }]]))[0]?.notDone).toBe(
    "container/db\nweb: unhealthy",
  );
});

test("a host that is declared no longer is named, with the command that forgets it", () => {
  const removed = (...events: EngineEvent[]) =>
    outcomeOfRemoved(hosts, outcomeOf([...same, ...events, SUMMARY]), "homelab");
  expect(removed()).toEqual([]);
  expect(removed(event("resOutputsEvent", "delete", "old/container/web"))).toEqual([
    { host: "old", done: "1 deleted", notDone: "" },
  ]);
  const [off] = removed(
    event("resOpFailedEvent", "delete", "old/container/web"),
    complaint("old/container/web"),
    event("resOpFailedEvent", "delete", "old/leftovers"),
  );
  expect(off).toMatchObject({ host: "old", done: "nothing" });
  expect(off?.notDone).toMatch(/2 resources could not be removed\n-> .*: npm run forget -- old$/);
  expect(outcomeTable(off === undefined ? [] : [off])).toContain("npm run forget -- old");
});

test("a program that did not run has no outcome", () => {
  expect(outcomeOf([]).ran).toBe(false);
  expect(outcomeOf([SUMMARY]).ran).toBe(true);
});

test("what was done is counted in the words of the CLI", () => {
  expect(changesOf([...same, SUMMARY])).toEqual({ unchanged: 4, replaced: 1 });
  expect(changesOf([])).toEqual({});
});

test("errors are told without the engine's colours, those of a resource with its name", () => {
  const diagnostic = (severity: string, message: string, more: object = {}): EngineEvent =>
    report({ diagnosticEvent: { severity, message, ...more } });
  const events = [
    diagnostic("info", "Waiting"),
    diagnostic("error", "<{%fg 1%}>no space<{%reset%}>", { urn: urn("pi/container/web") }),
    diagnostic("error", "update failed"),
  ];
  expect(errorsOf(events)).toBe("pi/container/web: no space\nupdate failed");
});

test("an adoption touches the service, what it needs, and nothing else", () => {
  const [host] = hosts;
  const db = host?.services.find(({ name }) => name === "db");
  if (host === undefined || db === undefined) {
    throw new Error("no host");
  }
  const names = targetsOf(host, db);
  expect(names).toEqual([
    "**::homelab:index:*::pi",
    "**::pi/settings",
    "**::pi/containers",
    "**::pi/engine",
    "**::pi/leftovers",
    "**::pi/container/db",
    "**::pi/image/postgres:18.6",
    "**::pi/network/nas_default",
    "**::pi/volume/nas_data",
    "**::pi/file/db/**",
  ]);
  const web = host.services.find(({ name }) => name === "web");
  expect(web && targetsOf(host, web)).toEqual(
    expect.arrayContaining(["**::pi/container/web", "**::pi/container/db", "**::pi/file/web/**"]),
  );
});

test("what an adoption keeps is said, and whether the new container uses it", () => {
  const service = hosts[0]?.services.find(({ name }) => name === "db");
  const mount = (Type: string, source: string) => ({ Type, Name: source, Source: source, Destination: "/old" });
  const former = {
    Id: "c0ffee",
    State: { Running: true },
    Config: { Labels: null },
    HostConfig: { RestartPolicy: { Name: "no", MaximumRetryCount: 0 } },
    Mounts: [mount("volume", "nas_data"), mount("bind", "/srv/x"), mount("volume", "other"), mount("tmpfs", "")],
  };
  expect(service && keptMounts(former, service)).toEqual([
    "  kept: volume nas_data, which was mounted at /old",
    "  kept: bind /srv/x, which was mounted at /old",
    "  kept: volume other, which was mounted at /old; the new container does not use it",
  ]);
});

describe("while it deploys", () => {
  test("a terminal has one table that is written over, with what each host does", () => {
    const shown: string[] = [];
    const progress = progressOf(["pi", "pi-nas"], (text) => shown.push(text));
    progress.show(event("resOutputsEvent", "same", "pi/container/db"));
    expect(shown).toEqual([]);
    progress.show(event("resourcePreEvent" as "resOutputsEvent", "create", "pi/container/web"));
    expect(shown.at(-1)).toMatch(/^pi +0 +container\/web is being created$/m);
    progress.show(event("resOutputsEvent", "create", "pi/container/web"));
    expect(shown.at(-1)).toMatch(/^pi +1$/m);
    progress.end();
    expect(shown.at(-1)).toBe("");
  });

  test("what the program warns of is told from what befalls a resource", () => {
    const warning = (urn: string): EngineEvent =>
      report({ diagnosticEvent: { severity: "warning", message: "<{%fg 3%}>ssh on pi: x<{%reset%}>\n", urn } });
    expect(warningIn(warning("urn:pulumi:lab::homelab::pulumi:pulumi:Stack::homelab-lab"))).toBe("ssh on pi: x");
    expect(warningIn(warning(urn("pi/container/web")))).toBeUndefined();
  });

  test("each cause of a failure is told once, and what the engine says of the whole only where there is no other", () => {
    const error = (message: string, name?: string): EngineEvent =>
      report({ diagnosticEvent: { severity: "error", message, ...(name !== undefined && { urn: urn(name) }) } });
    const events = ["a", "b", "c", "d"].map((it) => error("error: no space", `pi/container/${it}`));
    expect(failuresOf([...events, error("update failed")])).toEqual([
      "pi/container/a, pi/container/b, pi/container/c and 1 more: no space",
    ]);
    expect(failuresOf([error("update failed")])).toEqual(["update failed"]);
  });
});
