import { readDeclared } from "../../model/services/declared.js";
import { healthOf } from "../../scripts/health/health.js";
import type { HostDrift } from "../../scripts/drift/look.js";
import { exitCodeOf } from "../../scripts/drift/look.js";
import { rotateSecret } from "../../scripts/secrets/rotate.js";
import { describeSecrets } from "../../scripts/secrets/secrets.js";
import { FakeStack } from "./fake-stack.js";
import { homelabOf, reportOf, TWO_HOSTS } from "./homelab.js";

// Where else the owner hears of copies: of their age in npm run health, of their password in npm run secrets.

const FILES: Readonly<Record<string, string>> = {
  "Pulumi.test.yaml": `${TWO_HOSTS}  homelab:backups: {}\n  homelab:secrets: {backupPassword: {secure: v1:x}}\n  homelab:nas: {shares: {photos: {}, tv: {}, backups: {}}}\n`,
  "stacks/nas/compose.yaml":
    'services: {web: {image: "web:1", volumes: [data:/d]}}\nvolumes: {data: {x-stateful: true}}\n',
  "stacks/media/compose.yaml": 'services: {other: {image: "other:1"}}\n',
};
const { hosts } = homelabOf(FILES);
const now = Math.floor(Date.now() / 1000);

test("health has a line for each copy: well, worth a look where there is none yet, bad where one failed", async () => {
  const of = (set: string, kind: "service" | "share") => ({
    ...{ set, kind, ok: true, at: now, doneAt: now - 7300, bytes: 1, snapshot: "x", words: "" },
    drill: { ok: true, at: now - 3 * 86_400, words: "" },
  });
  const report = {
    ...reportOf([]),
    settings: {
      backups: {
        digest: "x",
        state: "applied" as const,
        drift: [{ code: "backup-failed" as const, item: "share/photos", words: "there is no room" }],
      },
    },
    backups: [of("web", "service"), { ...of("photos", "share"), ok: false, words: "there is no room" }],
    caller: null,
  };
  const observations = new Map([["pi5", { status: "ok" as const, report }]]);
  const run = () => Promise.resolve({ ok: true, stdout: "", stderr: "", exitCode: 0 });
  const world = { lan: [], hosts: [], audiences: {} };
  const [pi5] = await healthOf(hosts, { stack: "test", world, observations, run });
  expect(pi5?.checks.filter(({ what }) => what.startsWith("copy"))).toEqual([
    { what: "copy of web", verdict: "well", words: "2 h ago, restored on trial 3 d ago" },
    { what: "copy of share photos", verdict: "bad", words: "the last copy failed: there is no room" },
    { what: "copy of share tv", verdict: "look", words: "none yet" },
  ]);
});

test("drift ends with 2 where a copy failed, so that the nightly run tells it, and not for what is merely worth knowing", () => {
  const finding = { host: "pi5", kind: "note", name: "backups", subject: "backups", words: "" } as const;
  const seen = (code: "backup-failed" | "drill-stale" | "noticed"): HostDrift[] => [
    { host: "pi5", status: "ok", findings: [{ ...finding, code }] },
  ];
  expect([seen("backup-failed"), seen("drill-stale"), seen("noticed")].map(exitCodeOf)).toEqual([2, 2, 0]);
});

const declared = readDeclared("test", (file) => {
  const text = FILES[file];
  return text === undefined ? { problem: "is missing" } : { text };
});

test("the password of the copies is not rotated, since no other opens them", async () => {
  const stack = new FakeStack("/nowhere");
  await stack.setSecret("backupPassword", "former");
  const ask = () => Promise.reject(new Error("asks nobody"));
  await expect(rotateSecret("backupPassword", { stack, declared, hosts, ask })).rejects.toThrow(
    /^backupPassword was not changed: what was copied up to now opens with it alone\. docs\/backups\.md says how/,
  );
  expect(await stack.getSecret("backupPassword")).toBe("former");
});

test("whoever makes the password is told to keep it elsewhere, with the command that shows it", () => {
  const made = [
    { name: "backupPassword", present: false, generate: 32, obtain: undefined, usedBy: ["homelab:backups"] },
  ];
  const said = describeSecrets("test", { present: [], made, missing: [] });
  expect(said).toContain("made backupPassword, for homelab:backups");
  expect(said).toContain("npm run --silent secrets -- --show backupPassword --stack test");
  expect(describeSecrets("test", { present: made, made: [], missing: [] })).not.toContain("--show");
});
