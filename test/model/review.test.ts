import { differenceBetween, isDifferent } from "../../model/review/difference.js";
import type { Summary } from "../../model/review/difference.js";
import { risksOf, verdictOf } from "../../model/review/verdict.js";
import type { Facts, PlannedChange } from "../../model/review/verdict.js";
import { majorChange } from "../../model/review/versions.js";

type Ports = Readonly<Record<number, readonly string[]>>;
/** A host with one service, whose ports have these audiences. */
const host = (image: string, ports: Ports = {}, what = "web"): Summary[string] => ({
  role: null,
  address: "192.168.1.5",
  services: { [what]: { image, urls: [] } },
  openings: Object.entries(ports).map(([port, from]) => ({
    ...{ port: Number(port), protocol: "tcp", kind: "published", what },
    from: [...from],
  })),
});
const PI5: Summary = { pi5: host("web:1.0", { 80: ["lan"] }) };
const NOTHING = differenceBetween(PI5, PI5);

describe("the difference of two declarations", () => {
  test("is empty between the same", () => {
    expect(isDifferent(NOTHING)).toBe(false);
  });

  test.each<[string, Summary, string[], string[]]>([
    ["wider", { pi5: host("web:1.0", { 80: ["lan", "tailnet"] }) }, ["lan"], ["lan", "tailnet"]],
    ["another audience", { pi5: host("web:1.0", { 80: ["host:pi4"] }) }, ["lan"], ["host:pi4"]],
    ["shut", { pi5: host("web:1.0") }, ["lan"], []],
    ["another order is none", { pi5: host("web:1.0", { 80: ["lan"] }) }, [], []],
  ])("says who may reach a port: %s", (_, after, before, now) => {
    const expected = before.length + now.length === 0 ? [] : [{ host: "pi5", what: "web", port: "80/tcp" }];
    expect(differenceBetween(PI5, after).reach).toEqual(expected.map((it) => ({ ...it, before, after: now })));
  });

  test("takes all reasons for which one port is open together", () => {
    const twice = host("web:1.0", { 80: ["lan"] });
    const split: Summary[string] = {
      ...twice,
      openings: ["tailnet", "lan"].flatMap((from) => twice.openings.map((it) => ({ ...it, from: [from] }))),
    };
    expect(differenceBetween({ pi5: host("web:1.0", { 80: ["lan", "tailnet"] }) }, { pi5: split }).reach).toEqual([]);
  });

  test("says which hosts and services come and go, and which images are others", () => {
    const after: Summary = { pi5: host("web:2.0", { 80: ["lan"] }), pi6: host("db:1", {}, "db") };
    expect(differenceBetween(PI5, after)).toEqual({
      ...NOTHING,
      hostsAdded: ["pi6"],
      servicesAdded: ["pi6/db"],
      images: [{ service: "pi5/web", from: "web:1.0", to: "web:2.0" }],
    });
    expect(differenceBetween(after, PI5)).toMatchObject({ hostsRemoved: ["pi6"], servicesRemoved: ["pi6/db"] });
  });
});

const FACTS: Facts = {
  ...{
    failure: undefined,
    changes: [],
    difference: NOTHING,
    stateful: new Set(["pi5/db"]),
    notReached: {},
    missingImages: [],
    tightDisks: [],
  },
};
const change = (kind: PlannedChange["kind"], name: string, action: PlannedChange["action"], kept = false): Facts => ({
  ...FACTS,
  changes: [{ host: "pi5", kind, name, action, kept }],
});
const becomes = (after: Summary): Facts => ({ ...FACTS, difference: differenceBetween(PI5, after) });

describe("the verdict", () => {
  test.each<[string, Facts, string, readonly string[]]>([
    ["nothing", FACTS, "routine", []],
    ["a failure", { ...FACTS, failure: "no such stack" }, "failed", ["preview-failed preview"]],
    ["a service without data is replaced", change("container", "web", "replace"), "routine", []],
    ["a service with data is replaced", change("container", "db", "replace"), "caution", ["stateful-replaced pi5/db"]],
    ["a volume goes", change("volume", "db", "delete"), "stop", ["data-removed pi5/db"]],
    ["a volume stays on its host", change("volume", "db", "delete", true), "routine", []],
    ["a volume is made again", change("volume", "db", "replace"), "stop", ["data-removed pi5/db"]],
    ["the firewall", change("setting", "firewall", "update"), "caution", ["ssh-or-firewall pi5/firewall"]],
    ["SSH", change("setting", "ssh", "update"), "caution", ["ssh-or-firewall pi5/ssh"]],
    ["another setting", change("setting", "docker", "update"), "routine", []],
    ["a first firewall", change("setting", "firewall", "create"), "routine", []],
    ["a host that is off", { ...FACTS, notReached: { pi6: "timed out" } }, "caution", ["not-reached pi6"]],
    [
      "an image that no registry has",
      { ...FACTS, missingImages: [{ image: "web:9", hosts: ["pi5", "pi6"], words: "does not exist" }] },
      "stop",
      ["image-missing pi5, pi6"],
    ],
    [
      "images that do not fit, and images that fill a disk",
      {
        ...FACTS,
        tightDisks: [
          { host: "pi5", fits: false, words: "do not fit" },
          { host: "pi6", fits: true, words: "fill it" },
        ],
      },
      "stop",
      ["disk-too-small pi5", "disk-tight pi6"],
    ],
    [
      "more may reach a port",
      becomes({ pi5: host("web:1.0", { 80: ["lan", "tailnet"] }) }),
      "caution",
      ["audience-widened pi5/web"],
    ],
    ["fewer may", becomes({ pi5: host("web:1.0") }), "routine", []],
    ["a new host with its ports", becomes({ ...PI5, pi6: host("web:1.0", { 80: ["lan"] }) }), "routine", []],
    ["a host goes", becomes({}), "stop", ["host-removed pi5"]],
    [
      "a service goes, another comes",
      becomes({ pi5: host("db:1", { 80: ["lan"] }, "db") }),
      "caution",
      ["service-removed pi5/web"],
    ],
    ["a minor version", becomes({ pi5: host("web:1.1", { 80: ["lan"] }) }), "routine", []],
    ["a major version", becomes({ pi5: host("web:2.0", { 80: ["lan"] }) }), "caution", ["major-version pi5/web"]],
  ])("of %s", (_, facts, verdict, found) => {
    const risks = risksOf(facts);
    expect(risks.map(({ code, subject }) => `${code} ${subject}`)).toEqual(found);
    expect(verdictOf(risks)).toBe(verdict);
  });

  test("is the gravest, which is named first", () => {
    const risks = risksOf({ ...change("volume", "db", "delete"), notReached: { pi6: "timed out" } });
    expect([verdictOf(risks), ...risks.map(({ code }) => code)]).toEqual(["stop", "data-removed", "not-reached"]);
  });

  test("asks twice about SSH and the firewall of a host that is there, not of a new one", () => {
    const facts = change("setting", "ssh", "update");
    expect(risksOf({ ...facts, difference: { ...NOTHING, hostsAdded: ["pi5"] } })).toEqual([]);
  });
});

test.each([
  ["postgres:17.2", "postgres:18.0", "17 → 18"],
  ["traefik:v3.7.13@sha256:0a", "traefik:v4", "3 → 4"],
  ["registry:5000/x:1.2-alpine", "registry:5000/x:2.0-alpine", "1 → 2"],
  ["postgres:18.1", "postgres:18.6", undefined],
  ["web:latest", "web:2", undefined],
  ["web", "web:2", undefined],
])("from %s to %s the major version is %s", (from, to, expected) => {
  expect(majorChange(from, to)).toBe(expected);
});
