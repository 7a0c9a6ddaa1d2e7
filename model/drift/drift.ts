import { shutOut } from "./caller.js";
import { BACKUP_CODES, NOT_HEALED, NOTED } from "./codes.js";
import type { FindingCode } from "./codes.js";
import { copyWords } from "./copies.js";
import { containerDrift, networkDrift } from "./containers.js";
import { digestOf } from "./digest.js";
import type { DriftHost, Finding, Found, Leftover } from "./findings.js";
import { missingOn } from "./missing.js";
import type { ProbeReport, SettingReport } from "./report.js";
import type { Text } from "../text.js";
import { withRemedies } from "../yaml/remedy.js";
import type { Remedy } from "../yaml/remedy.js";

/** What a deployment has to do again on a host although its declaration has not changed. */
export interface Repairs {
  /** Names of the settings to apply. */
  readonly settings: ReadonlySet<string>;
  /** Names of the containers to recreate. */
  readonly containers: ReadonlySet<string>;
  /** Names of the networks to recreate. */
  readonly networks: ReadonlySet<string>;
  /** References of the images to pull. */
  readonly images: ReadonlySet<string>;
  /** Names of the volumes to make. */
  readonly volumes: ReadonlySet<string>;
  /** Files of services to put, by their path below the folder of all. */
  readonly files: ReadonlySet<string>;
  readonly leftovers: readonly Leftover[];
  /** Whether the host does not know what was declared for it. */
  readonly forgetful: boolean;
}

export interface Drift {
  readonly findings: readonly Finding[];
  readonly repairs: Repairs;
}

/** Nothing to repair. */
export const NO_REPAIRS: Repairs = {
  settings: new Set(),
  containers: new Set(),
  networks: new Set(),
  images: new Set(),
  volumes: new Set(),
  files: new Set(),
  leftovers: [],
  forgetful: false,
};

/** How a host differs from how it was left, in words, and what is to be done about it. */
export function driftOf(host: DriftHost, report: ProbeReport): Drift {
  const settings = host.settings.map(({ name, input }) => settingDrift(name, input, report.settings[name]));
  const containers = containerDrift(host, report);
  const networks = networkDrift(host, report);
  const missing = missingOn(host, report);
  const found = [
    ...settings.flatMap((it) => it.found),
    ...shutOut(host, report),
    ...report.foreign.map(foreignFile),
    ...networks.found,
    ...containers.found,
    ...missing.found,
  ];
  return {
    findings: found.map((it) => ({ host: host.name, ...it })),
    repairs: {
      settings: new Set(settings.filter(({ repair }) => repair).map(({ name }) => name)),
      containers: new Set([...containers.repair, ...missing.containers]),
      networks: new Set([...networks.repair, ...missing.networks]),
      images: missing.images,
      volumes: missing.volumes,
      files: missing.files,
      leftovers: [...containers.leftovers, ...networks.leftovers],
      forgetful: report.declared === null,
    },
  };
}

/** A finding as one sentence, as in "jellyfin on media: stopped". */
export const sentence = (finding: Finding): string => `${finding.subject} on ${finding.host}: ${wordsOf(finding)}`;

/** What a finding says, for the owner. */
export function wordsOf({ item, words, remedy }: Pick<Finding, "item" | "words" | "remedy">): string {
  const prefix = item === undefined || item === "" ? "" : `${item}: `;
  return withRemedies(`${prefix}${words}`, remedy === undefined ? [] : [remedy]);
}

/** Is the host not as it should be? What is merely worth knowing does not count. */
export const isDrift = ({ kind }: Finding): boolean => kind !== "note";

/** Has the owner to know it soon? Of drift, and of copies that are not there although no deployment would make them. */
export const isUrgent = (finding: Finding): boolean => isDrift(finding) || BACKUP_CODES.includes(finding.code);

interface SettingDrift {
  readonly name: string;
  readonly found: readonly Found[];
  readonly repair: boolean;
}

/**
 * A setting that was never applied is to be applied, and one that was applied otherwise was declared otherwise: neither
 * is drift, and the preview shows both anyway.
 */
function settingDrift(name: string, input: Text, seen: SettingReport | undefined): SettingDrift {
  const reverted = seen?.state === "reverted" ? [settingFinding(name, REVERTED)] : [];
  if (seen === undefined || seen.digest === null) {
    const found = seen?.drift.map((it) => settingFinding(name, it)) ?? []; // SSH that was opened by force
    return { name, found: [...reverted, ...found], repair: true };
  }
  const found = [
    ...reverted,
    ...(seen.state === "pending" ? [settingFinding(name, PENDING)] : []),
    ...seen.drift.map((it) => settingFinding(name, it)),
  ];
  const expected = digestOf(input);
  const repairable = found.some(({ kind, code }) => kind !== "note" && !NOT_HEALED.includes(code));
  return { name, found, repair: repairable || (expected !== undefined && expected !== seen.digest) };
}

type Difference = SettingReport["drift"][number];
type Said = Pick<Found, "code" | "words"> & Partial<Pick<Difference, "item">>;

const REVERTED: Said = {
  code: "reverted",
  words: "rolled back, because the last change was not confirmed over a new connection",
};
const PENDING: Said = { code: "unconfirmed", words: "applied, but not confirmed yet; it will be rolled back" };

const settingFinding = (name: string, { code, item = "", words }: Said): Found => ({
  kind: NOTED.includes(code) ? "note" : "setting",
  code,
  name,
  subject: name,
  ...(item === "" ? {} : { item }),
  words: copyWords(code, words),
  ...(code in REMEDIES && { remedy: REMEDIES[code] }),
});

const ALL_COPIES: Remedy = { prose: "see all copies", command: "npm run backups" };

const REMEDIES: Partial<Record<FindingCode, Remedy>> = {
  ...Object.fromEntries(BACKUP_CODES.map((code) => [code, ALL_COPIES])),
  "helper-changed": { command: "npm run bootstrap" },
  "no-room": { prose: "make room on it; docker system df, on the host, shows what images use" },
};

const foreignFile = (file: string): Found => ({
  kind: "note",
  code: "taken-over",
  name: file,
  subject: file,
  words: "was not written by this program; a deployment replaces it and keeps a copy in /var/lib/homelab/backup",
});
