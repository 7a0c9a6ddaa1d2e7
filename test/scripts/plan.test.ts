import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { describePlan } from "../../scripts/lib/plan/describe.js";
import { planOf } from "../../scripts/lib/plan/plan.js";
import type { Change } from "../../scripts/lib/plan/plan.js";

interface Step {
  readonly op?: string;
  readonly was?: object;
  readonly is?: object;
  readonly diffs?: readonly string[];
  readonly keeps?: boolean;
}
let sequence = 0;
function step(name: string, { op = "update", was = {}, is = {}, diffs = [], keeps = false }: Step): EngineEvent {
  const urn = `urn:pulumi:lab::homelab::homelab:index:NasHost$x::${name}`;
  const state = { type: "x", urn, id: "", parent: "", outputs: {}, provider: "" };
  const detailedDiff = Object.fromEntries(diffs.map((path) => [path, { diffKind: "update", inputDiff: true }]));
  const metadata = {
    ...{ op, urn, type: "x", provider: "", detailedDiff },
    old: { ...state, inputs: was, retainOnDelete: keeps },
    new: { ...state, inputs: is },
  };
  return { sequence: sequence++, timestamp: 0, resourcePreEvent: { metadata } } as unknown as EngineEvent;
}
const details = (name: string, it: Step): readonly string[] | undefined => planOf([step(name, it)])[0]?.details;
const container = (it: Step): readonly string[] | undefined =>
  details("pi5/container/web", { op: "create-replacement", ...it });

test("what is the same, and what only holds others together, is no change", () => {
  const events = [
    step("pi5/container/web", { op: "same" }),
    step("pi5", { op: "create" }),
    step("pi5/engine", { op: "create" }),
    step("pi5/leftovers", {}),
  ];
  expect(planOf(events)).toEqual([]);
  expect(describePlan([])).toBe("");
});

test("a replacement is one change, with what the step says that says most", () => {
  const events = ["create-replacement", "replace", "delete-replaced"].map((op, i) =>
    step(
      "pi5/container/web",
      i === 0 ? { op, was: { image: "web:1" }, is: { image: "web:2" }, diffs: ["image"] } : { op },
    ),
  );
  expect(planOf(events)).toEqual([
    { host: "pi5", kind: "container", name: "web", action: "replace", kept: false, details: ["image: web:1 → web:2"] },
  ]);
});

describe("a container", () => {
  test("shows plain values beside secrets, and of a secret that it changed", () => {
    const was = { envs: ["TZ=Europe/Berlin", "A=1", "[secret]"] };
    const is = { envs: ["TZ=Europe/Madrid", "A=1", "B=a=b", "[secret]"] };
    expect(container({ was, is, diffs: ["envs[0]", "envs[2]"] })).toEqual([
      "TZ: Europe/Berlin → Europe/Madrid",
      "B: none → a=b",
    ]);
    expect(container({ was: { envs: ["[secret]"] }, is: { envs: ["[secret]"] }, diffs: ["envs[0]"] })).toEqual([
      "environment: a secret",
    ]);
    expect(container({ was: { envs: "[secret]" }, is: { envs: "[secret]" }, diffs: ["envs"] })).toEqual([
      "environment (with secrets)",
    ]);
  });

  test("tells a repair and a changed file from labels of the owner's", () => {
    const labels = (generation: string, files: string, mine: string): object => ({
      labels: [
        { label: "homelab.generation", value: generation },
        { label: "homelab.files", value: files },
        { label: "mine", value: mine },
      ],
    });
    expect(container({ was: labels("1", "a", "x"), is: labels("2", "b", "y"), diffs: ["labels[0].value"] })).toEqual([
      "repaired",
      "a mounted file",
      "label mine: x → y",
    ]);
  });

  test("names what has no short value by the word that people use", () => {
    const was = { networksAdvanced: [1], memory: 256, wait: true };
    const is = { networksAdvanced: [2], memory: 512, image: "web:1", healthcheck: {} };
    const diffs = ["networksAdvanced[0].name", "memory", "wait", "healthcheck.tests", "image"];
    expect(container({ was, is, diffs })).toEqual([
      "networks",
      "memory: 256 → 512",
      "health check",
      "image: none → web:1",
    ]);
  });
});

describe("a setting", () => {
  const input = (...lines: string[]): object => ({ stdin: JSON.stringify({ files: { "/etc/x": lines.join("\n") } }) });

  test("shows the lines of its files that differ, and no more than can be read", () => {
    expect(details("pi5/setting/ssh", { was: input("a", "b"), is: input("a", "c"), diffs: ["stdin"] })).toEqual([
      expect.stringMatching(/^- b/),
      expect.stringMatching(/^\+ c/),
    ]);
    const many = Array.from({ length: 20 }, (_, i) => `line ${i}`);
    const shown = details("pi5/setting/ssh", { was: input(), is: input(...many), diffs: ["stdin"] });
    expect(shown).toHaveLength(7);
    expect(shown?.at(-1)).toMatch(/^and \d+ more lines$/);
  });

  test("that is only repaired is applied again; one with a secret shows nothing of it", () => {
    expect(details("pi5/setting/ssh", { was: input("a"), is: input("a"), diffs: ["update"] })).toEqual([
      "applied again",
    ]);
    const secret = { stdin: "[secret]" };
    expect(details("pi5/setting/smb-users", { was: secret, is: secret, diffs: ["stdin"] })).toEqual(["a secret"]);
  });
});

describe("in words", () => {
  const change = (it: Partial<Change>): Change => ({
    ...{ host: "pi5", kind: "container", name: "web", action: "replace", kept: false, details: [] },
    ...it,
  });

  test("what many services have in common is said once, with who is down", () => {
    const names = ["a", "b", "c", "d"];
    const text = describePlan(names.map((name) => change({ name, details: ["TZ: Europe/Berlin → Europe/Madrid"] })));
    expect(text.split("\n")).toEqual([
      "TZ: Europe/Berlin → Europe/Madrid (4 services restart)",
      "Down for some seconds: pi5/a, pi5/b, pi5/c, pi5/d",
    ]);
  });

  test("host by host, what is made, replaced, changed and removed, and what that means", () => {
    const text = describePlan([
      change({ details: ["image: web:1 → web:2"] }),
      change({ kind: "setting", name: "firewall", action: "update", details: ["+ allow 80"] }),
      change({ name: "new", action: "create" }),
      change({ kind: "image", name: "new:1", action: "create" }),
      change({ host: "pi4", kind: "volume", name: "old", action: "delete" }),
      change({ host: "pi4", kind: "volume", name: "data", action: "delete", kept: true }),
    ]);
    expect(text).toMatch(/pi5 +│ create +│ services: new +│\n.*│ images: new:1/);
    expect(text).toMatch(/│ replace +│ web: image: web:1 → web:2/);
    expect(text).toMatch(/│ change +│ firewall: \+ allow 80/);
    expect(text).toMatch(/pi4 +│ remove +│ volumes: old +│\n.*volumes \(kept on the host\): data/);
    expect(text).toContain("Down for some seconds: pi5/web\n");
    expect(text).toContain("Removed with its data: volume pi4/old\n");
    expect(text).toContain("Rolled back within a minute unless a new connection confirms it: pi5/firewall");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
