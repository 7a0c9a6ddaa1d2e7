import fc from "fast-check";
import { compose, NOTHING, takeOut } from "../../model/tailnet/compose.js";
import { judge } from "../../model/tailnet/judge.js";
import type { Verdict } from "../../model/tailnet/judge.js";
import { readPolicy } from "../../model/tailnet/read.js";
import { digestOf } from "../../model/tailnet/text.js";
import type { TailnetModel } from "../../model/tailnet/types.js";
import { CONFIG, model } from "./declare.js";

const WEB = `services:
  web:
    image: nginx:1.29
    ports: [{target: 80, published: "8080", protocol: tcp, x-audience: ["tailnet:family"]}]
`;

function declared(more = "", compose_ = WEB): TailnetModel {
  const config = `${CONFIG}  homelab:tailnet: {groups: {family: [anna@example.com]}, oauthClient: x${more}}
  homelab:secrets: {TAILSCALE_OAUTH_SECRET: {secure: v1:x}}
`;
  return model(compose_, config).tailnet as TailnetModel;
}
const WHOLE = declared();
const MERGED = declared(", policy: merge");

/** What the homelab would write, where nothing is. */
const OURS = textOf(judge(WHOLE, NOTHING));
function textOf(verdict: Verdict): string {
  if (verdict.kind !== "deploy") {
    throw new Error(JSON.stringify(verdict));
  }
  return verdict.text;
}

const THEIRS = `// my own tailnet
{
  "groups": {"group:work": ["me@work.example"]},
\t"grants": [
    // mine
    {"src": ["group:work"], "dst": ["group:work"], "ip": ["*"]}
  ],
  "nodeAttrs": [{"target": ["*"], "attr": ["funnel"],},],
}`;

test.each([
  ["unknown", undefined],
  ["empty", ""],
  ["without a rule", "{}"],
  ["a new tailnet's", '// Everybody\n{"grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}]}'],
  ["an older tailnet's", '{"acls": [{"action": "accept", "src": ["*"], "dst": ["*:*"]}]}'],
])("a policy that nobody wrote is replaced, as long as nobody has: %s", (_, there) => {
  expect(judge(WHOLE, there)).toMatchObject({ kind: "deploy", first: true, text: OURS });
  expect(judge(MERGED, there)).toMatchObject({ kind: "deploy", first: true, text: OURS });
});

test("what is deployed already is deployed again, and changes nothing", () => {
  expect(judge(WHOLE, OURS)).toEqual({ kind: "deploy", first: false, text: OURS, changes: [] });
});

test("an older policy of our own is updated, and says who gains and who loses", () => {
  const before = textOf(judge(declared("", WEB.replace("tailnet:family", "tailnet")), undefined));
  const verdict = judge(WHOLE, before);
  expect(verdict).toMatchObject({ kind: "deploy", first: false, text: OURS });
  const changes = verdict.kind === "deploy" ? verdict.changes : [];
  expect(changes.map(({ visitor, host, port, open }) => [visitor.name, host, port, open])).toEqual([
    ["anybody on the tailnet", "pi5", 8080, false],
  ]);
});

test.each([
  ["a policy of somebody else's", THEIRS, "foreign"],
  ["a rule added beside ours", OURS.replace("// homelab end\n", '// homelab end\n"acls": [],\n'), "edited"],
  ["a rule changed in ours", OURS.replace("tcp:8080", "tcp:1-65535"), "edited"],
  ["a comment changed in ours", OURS.replace("pi5: web", "pi5: wiki"), "edited"],
  ["what is no policy", "{", "foreign"],
])(
  "a policy that is not as we left it is left alone, unless its very text may be overwritten: %s",
  (_, there, kind) => {
    const digest = digestOf(there);
    expect(judge(WHOLE, there)).toEqual({ kind, digest });
    expect(judge(declared(`, overwrite: "${digestOf("another")}"`), there)).toEqual({ kind, digest });

    const allowed = declared(`, overwrite: "${digest}"`);
    const text = textOf(judge(allowed, there));
    expect(text).toContain(`// It replaced the policy ${digest}.`);
    expect(judge(allowed, text)).toMatchObject({ kind: "deploy", text, changes: [] });
    expect(judge(allowed, there)).toMatchObject({ first: false });
  },
);

test("merged, what is somebody else's stays byte for byte, and ours can be told from it", () => {
  const text = textOf(judge(MERGED, THEIRS));
  expect(takeOut(text)).toEqual({ rest: THEIRS, marked: true, intact: true });
  expect(text).toContain('"group:family": ["anna@example.com"]');
  expect(judge(MERGED, text)).toEqual({ kind: "deploy", first: false, text, changes: [] });

  const edited = text.replace("// mine", "// mine, really");
  expect(takeOut(textOf(judge(MERGED, edited))).rest).toBe(THEIRS.replace("// mine", "// mine, really"));
  const inOurs = text.replace("tcp:8080", "tcp:8081");
  expect(judge(MERGED, inOurs)).toEqual({ kind: "edited", digest: digestOf(inOurs) });
});

test("whatever somebody else has, taking ours out again gives just that", () => {
  const space = fc.constantFrom("", " ", "\n", "\r\n", "  // homelab here\n", "/* \n */", "\t");
  const key = fc.constantFrom("groups", "grants", "tests", "hosts", "tagOwners", "nodeAttrs", "sshTests");
  const value = (name: string): string => (/^(groups|hosts|tagOwners)$/.test(name) ? "{}" : "[]");
  const policy = fc
    .record({ keys: fc.uniqueArray(key), spaces: fc.array(space, { minLength: 20, maxLength: 20 }) })
    .map(({ keys, spaces }) => {
      const members = keys.map((it, i) => `${spaces[i] ?? ""}"${it}"${spaces[i + 7] ?? ""}: ${value(it)}`);
      return `${spaces[18] ?? ""}{${members.join(",")}${spaces[19] ?? ""}}\n`;
    });
  fc.assert(
    fc.property(policy, (rest) => {
      const composed = compose(MERGED, rest);
      const text = composed.kind === "text" ? composed.text : "";
      expect(takeOut(text)).toEqual({ rest, marked: true, intact: true });
      expect(readPolicy(text)).toMatchObject({
        kind: "policy",
        policy: { groups: { "group:family": ["anna@example.com"] } },
      });
    }),
  );
});

test("merged with a rule that lets in whom a port is not for, it is refused with their names", () => {
  const open =
    '{"grants": [{"src": ["group:family", "*"], "dst": ["tag:homelab-pi5"], "ip": ["8000-8100"]}], "groups": {"group:x": []}}';
  const verdict = judge(MERGED, open);
  const by = verdict.kind === "violated" ? verdict.by : [];
  expect(by.map(({ visitor, host, port, open: should }) => [visitor.name, host, port, should])).toEqual([
    ["anybody on the tailnet", "pi5", 8080, false],
  ]);
});

test.each([
  ['{"groups": {\n"group:family": []}}', { kind: "conflict", section: "groups", key: "group:family", line: 2 }],
  ['{\n"groups": nonsense}', { kind: "broken", line: 2, why: "InvalidSymbol" }],
  ['{"groups": [1], "tests": [{"src": "x"}]}', { kind: "broken", line: 1 }],
])("merged with what does not fit, it is refused with the line: %j", (there, refusal) => {
  expect(judge(MERGED, there)).toMatchObject(refusal);
});
