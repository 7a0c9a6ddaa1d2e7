import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { describePlan } from "../../scripts/lib/plan/describe.js";
import { hiddenEnvironments, hidesEnvironment } from "../../scripts/lib/plan/environment.js";
import { planOf } from "../../scripts/lib/plan/plan.js";
import type { Change } from "../../scripts/lib/plan/plan.js";
import type { HomelabModel } from "../../model/types.js";
import { CONFIG, model } from "../model/declare.js";

const PREFIX = "urn:pulumi:lab::homelab::homelab:index:NasHost$x";

interface Step {
  readonly op?: string;
  readonly was?: object;
  readonly is?: object;
  readonly diffs?: readonly string[];
  readonly keeps?: boolean;
}
let sequence = 0;
function step(name: string, { op = "update", was = {}, is = {}, diffs = [], keeps = false }: Step): EngineEvent {
  const urn = `${PREFIX}::${name}`;
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

test("a change of the tailnet's policy is one that is asked about, with who gains and loses", () => {
  const policy = (digest: string, who: string): string =>
    `{\n  // homelab ${digest}: derived\n  "grants": [\n    // pi5: web\n    {"src": ["${who}"], "ip": ["tcp:8080"]},\n  ],\n  // homelab end\n}\n`;
  const is = { acl: policy("222222222222", "group:family") };
  const changed = step("tailnet/policy", {
    was: { acl: policy("111111111111", "autogroup:member") },
    is,
    diffs: ["acl"],
  });
  expect(planOf([step("tailnet/tailnet", {}), step("tailnet/api", {}), changed])).toEqual([
    {
      ...{ host: "(tailnet)", kind: "setting", name: "policy", action: "update", kept: false },
      details: [
        '- {"src": ["autogroup:member"], "ip": ["tcp:8080"]},',
        '+ {"src": ["group:family"], "ip": ["tcp:8080"]},',
      ],
    },
  ]);
  expect(describePlan(planOf([step("tailnet/policy", { op: "create", is })]))).toMatch(/\(tailnet\).*policy/);
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

  test.each<[what: string, hidden: unknown]>([
    ["as a word", "[secret]"],
    [
      "as an object",
      { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" },
    ],
  ])("tells of a label that the engine hides %s that it is a secret", (_, hidden) => {
    const labels = (value: unknown, label = "rule"): object => ({ labels: [{ label, value }] });
    const diffs = ["labels[0].value"];
    const told = (was: object, is: object): readonly string[] | undefined => container({ was, is, diffs });
    expect(told(labels("open"), labels(hidden))).toEqual(["label rule: open → a secret"]);
    expect(told(labels(hidden), {})).toEqual(["label rule: a secret → none"]);
    expect(told(labels(hidden), labels(hidden))).toEqual(["labels (with secrets)"]);
    expect(told(labels(hidden, "homelab.files"), labels(hidden, "homelab.files"))).toEqual(["a mounted file"]);
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
      "Down for some seconds on pi5: a, b, c, d",
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
    expect(text).toContain("Down for some seconds on pi5: web\n");
    expect(text).toContain("Removed from pi4 with all data: old\n");
    expect(text).toContain("Kept on pi4 with all data, 1 volume: data");
    expect(text).toContain("Rolled back within a minute on pi5 unless a new connection confirms it: firewall");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("another version of what keeps data is a risk, another setting of it is none", () => {
    const compose = (stateful: boolean): HomelabModel =>
      model(`services:
  db: {image: "postgres:18", volumes: ["rows:/rows"]}
volumes: {rows: {x-stateful: ${stateful}}}
`);
    const risk = /Another version of what keeps data on pi5, .*: db/;
    const image = [change({ name: "db", details: ["image: postgres:17 → postgres:18"] })];
    expect(describePlan(image, compose(true).hosts)).toMatch(risk);
    expect(describePlan(image, compose(false).hosts)).not.toMatch(risk);
    expect(describePlan([change({ name: "db", details: ["TZ: a → b"] })], compose(true).hosts)).not.toMatch(risk);
  });
});

describe("an environment that the engine hides", () => {
  const SIGNATURE = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
  const compose = `services:
  db:
    image: postgres:18
    environment:
      {TZ: Europe/Madrid, PASSWORD: "\${TOKEN}", WAS_SECRET: open, NEW: "\${TOKEN}", SAME: "\${OTHER}", NOW_SECRET: "\${TOKEN}"}
`;
  const secrets = "  homelab:secrets: {TOKEN: {secure: v1:x}, OTHER: {secure: v1:y}}\n";
  const { hosts } = model(compose, `${CONFIG}${secrets}`);
  const former = [
    ...["TZ=Europe/Berlin", "PASSWORD=old-secret", "WAS_SECRET=hidden", "SAME=kept", "GONE=1", "LOST=hidden"],
    ...["NOW_SECRET=in-the-clear", "COPIED=new-secret"],
  ];
  const plain = { TZ: "Europe/Berlin", GONE: "1", NOW_SECRET: "in-the-clear", COPIED: "new-secret" };
  const inState = (plainVariables: object | undefined): string =>
    JSON.stringify({
      deployment: {
        resources: [
          { urn: `${PREFIX}::pi5/containers`, outputs: plainVariables && { plainVariables } },
          {
            urn: `${PREFIX}::pi5/container/db`,
            inputs: { envs: { ...SIGNATURE, plaintext: JSON.stringify(former) } },
          },
        ],
      },
    });
  const knows = async (plainVariables?: object): Promise<readonly string[] | undefined> => {
    const config = { "homelab:secrets": { secret: true, objectValue: { TOKEN: "new-secret", OTHER: "kept" } } };
    const stack = {
      must: () => Promise.resolve(inState(plainVariables)),
      decryptedConfig: () => Promise.resolve(JSON.stringify(config)),
    };
    return (await hiddenEnvironments(stack, hosts))("pi5", "db");
  };

  test("is told variable by variable, of a secret only that it is another one, and of what becomes one that it does", async () => {
    expect(await knows({ db: plain })).toEqual([
      "TZ: Europe/Berlin → Europe/Madrid",
      "PASSWORD: a secret, changed",
      "WAS_SECRET: a secret → open",
      "GONE: 1 → none",
      "LOST: a secret → none",
      "NOW_SECRET: plain text → a secret",
      "COPIED: [secret] → none",
      "NEW: none → a secret",
    ]);
  });

  test("shows no former value of which nobody knows whether it was a secret", async () => {
    expect((await knows())?.join()).not.toMatch(/hidden|old-secret|Berlin/);
    expect(await knows()).toContain("TZ: a secret → Europe/Madrid");
  });

  test("shows no former secret of a container that the deployment which made the variable plain did not reach", async () => {
    const told = await knows({ db: { ...plain, WAS_SECRET: "open", LOST: "since then in plain text" } });
    expect(told).toContain("WAS_SECRET: a secret → open");
    expect(told).toContain("LOST: a secret → none");
  });

  test("takes the place of what the engine says, and is asked for only then", () => {
    const events = [
      step("pi5/container/db", { op: "replace", was: { envs: "[secret]" }, is: { envs: "[secret]" }, diffs: ["envs"] }),
    ];
    expect(hidesEnvironment(planOf(events))).toBe(true);
    const told = planOf(events, (host, service) => [`${host} ${service}`]);
    expect([told[0]?.details, hidesEnvironment(told)]).toEqual([["pi5 db"], false]);
  });
});
