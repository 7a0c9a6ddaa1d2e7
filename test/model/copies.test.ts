import { BACKUP_CODES } from "../../model/drift/codes.js";
import { copiesOn } from "../../model/drift/copies.js";
import { digestOf } from "../../model/drift/digest.js";
import { driftOf, isDrift, isUrgent, sentence } from "../../model/drift/drift.js";
import type { BackupReport } from "../../model/drift/report.js";
import { readReport } from "../../model/drift/report.js";
import { PROTOCOL } from "../../model/helper.js";
import { homelabOf, reportOf, TWO_HOSTS } from "../scripts/homelab.js";

// What a host says of its copies: as findings, which hold no deployment up and are told all the same.

const { hosts } = homelabOf({
  "Pulumi.test.yaml": `${TWO_HOSTS}  homelab:backups: {}\n  homelab:secrets: {backupPassword: {secure: v1:x}}\n`,
  "stacks/nas/compose.yaml":
    'services: {web: {image: "web:1", volumes: [data:/d]}}\nvolumes: {data: {x-stateful: true}}\n',
  "stacks/media/compose.yaml": 'services: {other: {image: "other:1"}}\n',
});
const [pi5, media] = hosts;
if (pi5 === undefined || media === undefined) {
  throw new Error("there are two hosts");
}
const WORDS = "the share backups is not mounted";
const drift = BACKUP_CODES.map((code) => ({ code: code as "backup-failed", item: "service/web", words: WORDS }));
const record: BackupReport = {
  ...{ set: "web", kind: "service", ok: false, at: 2, doneAt: 1, bytes: 5, snapshot: "4f2c11aa", words: WORDS },
  drill: null,
};
const input = pi5.settings.find(({ name }) => name === "backups")?.input ?? "";
const report = {
  ...reportOf([]),
  settings: { backups: { digest: digestOf(input) ?? "", state: "applied" as const, drift } },
  backups: [{ ...record, kind: "share" as const, ok: true }, record],
};

test("copies that failed, are stale or were not proved are told, with what shows all, and are no drift", () => {
  const { findings, repairs } = driftOf({ ...pi5, services: [], volumes: [], images: [], networks: [] }, report);
  const own = findings.filter(({ name }) => name === "backups");
  expect(own.map((it) => [it.kind, it.code, isDrift(it), isUrgent(it)])).toEqual(
    ["backup-failed", "backup-stale", "drill-failed", "drill-stale"].map((code) => ["note", code, false, true]),
  );
  expect(own.map(sentence)[0]).toBe(
    `backups on pi5: service/web: the last copy failed: ${WORDS} -> see all copies: npm run backups`,
  );
  expect(repairs.settings.has("backups")).toBe(false);
  expect(isUrgent({ host: "pi5", kind: "note", code: "noticed", name: "x", subject: "x", words: "" })).toBe(false);
});

test("each set of a host has its record and what is wrong with it, and no other's", () => {
  expect(copiesOn(pi5, report)).toEqual([
    {
      set: expect.objectContaining({ name: "web" }) as object,
      report: record,
      wrong: BACKUP_CODES.map((code) => ({ code, words: expect.stringContaining(WORDS) as string })),
    },
    ...["movies", "music", "tv"].map((name) => ({
      set: expect.objectContaining({ name, kind: "share" }) as object,
      report: undefined,
      wrong: [],
    })),
  ]);
  expect(copiesOn(media, report)).toEqual([]);
});

test.each<[what: string, backups: object | undefined, status: string]>([
  ["without copies", undefined, "ok"],
  ["that never copied", [{ ...record, at: null, doneAt: null, bytes: null, snapshot: null }], "ok"],
  ["that has drilled", [{ ...record, drill: { ok: true, at: 3, words: "" } }], "ok"],
  ["with another kind", [{ ...record, kind: "disk" }], "failed"],
])("a report of a host %s is read", (_, backups, status) => {
  const text = JSON.stringify({ ...reportOf([]), protocol: PROTOCOL, ...(backups !== undefined && { backups }) });
  expect(readReport(text).status).toBe(status);
});
