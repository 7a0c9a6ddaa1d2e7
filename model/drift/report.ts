import { z } from "zod";
import { OLDEST_PROTOCOL, PROTOCOL } from "../helper.js";
import { SETTING_CODES } from "./codes.js";

const id = z.string().regex(/^[0-9a-f]+$/);
/** Is it the one that was made, another one under its name, or one of which no creation is on record? */
const record = z.enum(["own", "other", "none"]);

/** One difference between a setting and what was applied. */
const difference = z.object({
  code: z.enum(SETTING_CODES),
  /** File, unit, share or whatever else the setting has several of; empty where it is about the whole. */
  item: z.string(),
  words: z.string(),
});

const setting = z.object({
  /** SHA-256 of the input that it was applied with; null if it never was. */
  digest: z.string().nullable(),
  state: z.enum(["applied", "pending", "reverted", "absent"]),
  /** What differs from it. */
  drift: z.array(difference).readonly(),
});

const container = z.object({
  name: z.string(),
  id,
  /** Of our label; empty for one that is somebody else's. */
  service: z.string(),
  /** Docker's word, as in running or exited; or removed, for one that was made and is not there. */
  state: z.string(),
  exitCode: z.number(),
  /** Docker's word; empty without a health check. */
  health: z.string(),
  /** How often Docker has started it again since it was made. */
  restarts: z.number().default(0),
  /** When it was last started, in seconds since 1970, with fractions; null where it does not run. */
  startedAt: z.number().nullish(),
  /** Whole seconds since it was last started; null where it does not run, or the clock was set back since. */
  upSeconds: z.number().nullable().default(null),
  record,
  /** Where it differs from how it was made, as in HostConfig.Memory. */
  changed: z.array(z.string()).readonly(),
  /** What its image was built for, as in arm64, where it does not run and the host is something else. */
  builtFor: z.string().nullish(),
  /** What it has mounted, by its own path, that was replaced or removed on the host since it started. */
  stale: z
    .array(z.object({ kind: z.enum(["socket", "folder", "file"]), path: z.string() }))
    .readonly()
    .optional(),
  /** Ports of the host that it publishes, as in 8080/tcp. */
  ports: z.array(z.string()).readonly(),
});

const network = z.object({
  name: z.string(),
  id,
  record,
  /** It was made and is not there. */
  removed: z.boolean().default(false),
});

const rolledBack = z.object({
  name: z.string(),
  /** Seconds since 1970. */
  at: z.number(),
  /** The former container took its place again, or is held: kept and not started, since the new one may have changed its data. */
  how: z.enum(["back", "held"]),
});

const holder = z.object({
  port: z.string(),
  /** As ss(8) has it, without brackets; 0.0.0.0, :: or * mean all. */
  address: z.string(),
  /** Name of the program; empty where the kernel itself listens. */
  program: z.string(),
  /** ID of the container that it runs in; empty outside of one. */
  container: z.string(),
});

/** When, in seconds since 1970; null for never. */
const time = z.number().nullable();

const backup = z.object({
  /** Name of the service or of the share. */
  set: z.string(),
  kind: z.enum(["service", "share"]),
  /** Of the last attempt. */
  ok: z.boolean(),
  at: time,
  /** When the last copy came about. */
  doneAt: time,
  bytes: z.number().nullable(),
  /** Restic's name of the last copy. */
  snapshot: z.string().nullable(),
  /** Why the last attempt failed; empty if it did not. */
  words: z.string(),
  /** What came of restoring it on trial; null if that was not tried yet. */
  drill: z.object({ ok: z.boolean(), at: time, words: z.string() }).nullable(),
});

const probeReport = z
  .object({
    settings: z.record(z.string(), setting).readonly(),
    /** null if Docker does not answer. */
    containers: z.array(container).readonly().nullable(),
    /** Those with our label; null if Docker does not answer. */
    networks: z.array(network).readonly().nullable(),
    /** References of all images, with tags and with digests; null if Docker does not answer. */
    images: z.array(z.string()).readonly().nullable(),
    /** Names of all volumes; null if Docker does not answer. */
    volumes: z.array(z.string()).readonly().nullable(),
    /** What the last deployment declared (declaredOn); null if there was none, or the host does not remember. */
    declared: z.array(z.string()).readonly().nullable(),
    /** Files of services that were made, by their path below the folder of all. */
    files: z
      .array(z.object({ path: z.string(), state: z.enum(["same", "changed", "mode-changed", "removed"]) }))
      .readonly(),
    /** Services of which a new container did not come up; undefined where the helper does not say. */
    rolledBack: z.array(rolledBack).readonly().optional(),
    /** Ports on which something listens, as in 22/tcp. */
    listening: z.array(z.string()).readonly(),
    /** Who listens on them; undefined where the helper does not say. */
    holders: z.array(holder).readonly().optional(),
    /** Bytes that are free where Docker keeps images; null without an engine. */
    imageRoom: z.number().nullish(),
    /** What of NVIDIA's container toolkit Docker finds: hook, and runtime; undefined where the helper does not say. */
    nvidia: z.array(z.string()).readonly().optional(),
    /** Files that a setting would take over and that are not ours yet. */
    foreign: z.array(z.string()).readonly(),
    /** Address of the machine that asks, as the host sees it; null if it does not come by SSH. */
    caller: z.string().nullish(),
    /** How the copies are of what the host is to copy; undefined where nothing is. */
    backups: z.array(backup).readonly().optional(),
  })
  .readonly();

/** What the helper on a host reports: how the host is, and how it differs from how it was left. */
export type ProbeReport = z.infer<typeof probeReport>;
export type ContainerReport = z.infer<typeof container>;
export type NetworkReport = z.infer<typeof network>;
export type SettingReport = z.infer<typeof setting>;
export type BackupReport = z.infer<typeof backup>;

/** What a probe printed, understood or not. */
export type Reading =
  | { readonly status: "ok"; readonly report: ProbeReport }
  | { readonly status: "helper too old" | "program too old" | "failed"; readonly reason: string };

const LONGEST_REASON = 200;

/** Reads what a probe printed. The program understands its own protocol, and the one before if that can do all that it asks for. */
export function readReport(text: string): Reading {
  const said = z.object({ protocol: z.int() }).safeParse(parsed(text));
  if (!said.success) {
    return { status: "failed", reason: `the helper's report cannot be read: ${text.slice(0, LONGEST_REASON).trim()}` };
  }
  const { protocol } = said.data;
  const reason = `its helper uses protocol ${protocol}, this program ${PROTOCOL}`;
  if (protocol > PROTOCOL) {
    return { status: "program too old", reason };
  }
  if (protocol < OLDEST_PROTOCOL) {
    return { status: "helper too old", reason };
  }
  const report = probeReport.safeParse(parsed(text));
  return report.success
    ? { status: "ok", report: report.data }
    : { status: "failed", reason: `the helper's report is malformed: ${explain(report.error)}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const explain = ({ issues: [issue] }: z.ZodError): string =>
  issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`.slice(0, LONGEST_REASON);
