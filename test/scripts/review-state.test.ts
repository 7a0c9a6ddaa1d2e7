import { openConfig } from "../../scripts/lib/review-state/config.js";
import { declaredInputs, withoutSecrets } from "../../scripts/lib/review-state/state.js";
import { secretOf } from "../../scripts/lib/secret-values.js";

// What a preview without the passphrase goes by: a configuration and a state in which no secret is.

const CONFIG = `encryptionsalt: v1:salt:v1:check
config:
  homelab:domain: example.org # ours
  homelab:secrets:
    POSTGRES_PASSWORD:
      secure: v1:one
    odd.name: { secure: v1:two }
  homelab:projects:
    wiki:
      secrets: { KEY: { secure: v1:three } }
  homelab:list:
    - plain
    - secure: v1:four
  homelab:whole:
    secure: v1:five
`;

test("a configuration loses its secrets and its salt, and nothing else", () => {
  const { text, fingerprints } = openConfig(CONFIG);
  expect(text).not.toMatch(/secure|v1:/);
  expect(text).toContain("homelab:domain: example.org # ours");
  expect(text).toContain("- plain");
  expect(Object.keys(fingerprints)).toEqual([
    'homelab:secrets["POSTGRES_PASSWORD"]',
    'homelab:secrets["odd.name"]',
    'homelab:projects["wiki"]["secrets"]["KEY"]',
    "homelab:list[1]",
    "homelab:whole",
  ]);
  expect(Object.values(fingerprints)).toEqual(Array(5).fill(expect.stringMatching(/^fingerprint-[0-9a-f]{32}$/)));
});

test("a secret that is set again has another fingerprint; all others keep theirs", () => {
  const before = openConfig(CONFIG).fingerprints;
  const after = openConfig(CONFIG.replace("v1:two", "v1:new")).fingerprints;
  expect(Object.keys(before).filter((path) => before[path] !== after[path])).toEqual(['homelab:secrets["odd.name"]']);
});

const URN = "urn:pulumi:lab::homelab::docker:index/container:Container::pi5/container/wiki";
const state = (inputs: object, outputs: object = {}, more: object = {}): string =>
  JSON.stringify({
    version: 3,
    deployment: {
      manifest: { time: "2026-11-29T00:00:00Z" },
      secrets_providers: { type: "passphrase", state: { salt: "the owner's" } },
      resources: [{ urn: URN, type: "docker:index/container:Container", inputs, outputs }],
      ...more,
    },
  });
const plan = (updates: object, adds: object = {}): ReturnType<typeof declaredInputs> =>
  declaredInputs(JSON.stringify({ resourcePlans: { [URN]: { goal: { inputDiff: { updates, adds } } }, other: {} } }));
const inState = (text: string): { inputs: unknown; outputs: unknown } =>
  (JSON.parse(text) as { deployment: { resources: { inputs: unknown; outputs: unknown }[] } }).deployment
    .resources[0] ?? { inputs: undefined, outputs: undefined };

test("a secret becomes what the program makes of the fingerprints, in what was declared and in what came of it", () => {
  const envs = ["TZ=Etc/UTC", "PASSWORD=hunter2"];
  const declared = ["TZ=Etc/UTC", "PASSWORD=fingerprint-1"];
  const text = withoutSecrets(
    state({ name: "wiki", envs: secretOf(envs) }, { envs: secretOf(envs), id: "abc", digest: secretOf("sha256:1") }),
    "salt",
    plan({ envs: secretOf(declared) }),
  );
  expect(inState(text)).toMatchObject({
    inputs: { name: "wiki", envs: secretOf(declared) },
    outputs: { envs: secretOf(declared), id: "abc", digest: secretOf("") },
  });
  expect(text).not.toMatch(/hunter2|sha256:1|the owner's/);
});

test.each<[what: string, inputs: object, declared: object, adds: object, expected: object]>([
  ["nothing is said of it", { a: secretOf("s3cret") }, {}, {}, { a: secretOf("") }],
  [
    "its shape counts",
    { a: secretOf({ b: ["s3cret", 8080, true, null] }) },
    {},
    {},
    { a: secretOf({ b: ["", 0, false, null] }) },
  ],
  ["it is in another", { a: secretOf([secretOf("s3cret")]) }, {}, {}, { a: secretOf([""]) }],
  [
    "it is deep",
    { uploads: [{ file: "/a", content: secretOf("s3cret") }] },
    { uploads: [{ file: "/a", content: secretOf("fingerprint-1") }] },
    {},
    { uploads: [{ file: "/a", content: secretOf("fingerprint-1") }] },
  ],
  ["the list is shorter now", { a: [secretOf("s3cret")] }, { a: [] }, {}, { a: [secretOf("")] }],
  ["it is added", { a: secretOf("s3cret") }, {}, { a: secretOf("fingerprint-1") }, { a: secretOf("fingerprint-1") }],
  ["what is plain is said otherwise", { a: "as deployed" }, { a: "as declared" }, {}, { a: "as deployed" }],
])("a secret of a state where %s", (_, inputs, declared, adds, expected) => {
  const text = withoutSecrets(state(inputs), "salt", plan(declared, adds));
  expect(inState(text).inputs).toEqual(expected);
  expect(text).not.toContain("s3cret");
});

test("operations that a killed deployment left have secrets as well, and go", () => {
  const pending = { pending_operations: [{ resource: { inputs: { a: secretOf("s3cret") } }, type: "creating" }] };
  expect(withoutSecrets(state({}, {}, pending), "salt")).not.toContain("s3cret");
});
