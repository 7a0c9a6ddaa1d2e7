import { z } from "zod";
import { complaint, form, refuse } from "../yaml/complaint.js";
import { mapping, named } from "../yaml/schema.js";
import { secretReference } from "./secret-reference.js";
import { timeOfDay } from "./time.js";

/** Where the copies of a homelab are, before each host's name is added. */
export type BackupTarget =
  | { readonly kind: "folder"; readonly path: string }
  /** As restic calls a repository. */
  | { readonly kind: "remote"; readonly url: string };

/** Where data are kept: neither a directory of the system nor one of Docker's. */
const FOLDER = /^\/(srv|mnt|media|data|export)(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\/?$/;

const PATH = "[A-Za-z0-9._~%+@/-]";
const SERVER = "[A-Za-z0-9][A-Za-z0-9.-]*";
const USER = "([a-z_][a-z0-9_-]*@)?";
/** Those of restic's repositories that a path can be added to: restic.readthedocs.io, "Preparing a new repository". */
const REMOTES = [
  `sftp:${USER}${SERVER}:${PATH}+`,
  `sftp://${USER}${SERVER}(:\\d+)?/${PATH}+`,
  `rest:https?://${SERVER}(:\\d+)?(/${PATH}*)?`,
  `s3:(https?://)?${SERVER}(:\\d+)?/${PATH}+`,
  `rclone:[A-Za-z0-9][A-Za-z0-9_.-]*:${PATH}*`,
  `(b2|azure|gs|swift):${SERVER}:${PATH}*`,
];
const REMOTE = new RegExp(`^(${REMOTES.join("|")})$`);
const PASSWORD = /\/\/[^/@]*:[^/@]*@/;

const IN_PLAIN_TEXT = complaint("plain-text-secret", "has a password in it, which only homelab:secrets may have", {
  prose:
    'leave out the login, and write environment: {RESTIC_REST_USERNAME: "${NAME}", RESTIC_REST_PASSWORD: "${NAME}"}',
});
const NO_PLACE = complaint(
  "malformed",
  "is neither a folder for copies nor a repository of restic",
  { prose: "write an absolute path below /srv, /mnt, /media, /data or /export" },
  { prose: "write sftp:USER@HOST:/PATH, rest:https://HOST/PATH, s3:https://HOST/BUCKET or rclone:REMOTE:PATH" },
);

const target = z
  .string()
  .meta({ pattern: `${FOLDER.source}|${REMOTE.source}` })
  .transform((text, context): BackupTarget => {
    if (PASSWORD.test(text)) {
      return refuse(context, IN_PLAIN_TEXT);
    }
    const plain = text.replace(/(?<=[^:/])\/+$/, "");
    if (FOLDER.test(text)) {
      return { kind: "folder", path: plain };
    }
    return REMOTE.test(text) ? { kind: "remote", url: plain } : refuse(context, NO_PLACE);
  });

/**
 * By which restic logs in where it stores, beside what says where that is and what opens the copies. None that has a program
 * run.
 */
const VARIABLE =
  /^((AWS|B2|AZURE|GOOGLE|OS|ST|RCLONE_CONFIG)_[A-Z0-9_]{1,100}|RESTIC_REST_(USERNAME|PASSWORD))(?<!_(SSH|COMMAND))$/;
const variable = form(VARIABLE, "is not a variable by which restic logs in somewhere", {
  prose:
    "write one of AWS_…, B2_…, AZURE_…, GOOGLE_…, OS_…, ST_…, RCLONE_CONFIG_…, RESTIC_REST_USERNAME and RESTIC_REST_PASSWORD",
});

/** For how many days, weeks and months the last copy of each is kept. */
const keep = mapping({
  daily: z.int().min(1).max(1000).default(7),
  weekly: z.int().min(0).max(1000).default(5),
  monthly: z.int().min(0).max(1000).default(12),
});

/** homelab:backups: what the hosts copy of their data, and where to. */
export const backups = mapping({
  /** @default the folder restic of the NAS's share backups */
  to: target.optional(),
  /** When the hosts copy, each day. */
  at: timeOfDay.default("03:00"),
  /** How often a host restores its newest copies on trial. */
  drill: z.enum(["daily", "weekly", "monthly"]).default("weekly"),
  keep: keep.default({ daily: 7, weekly: 5, monthly: 12 }),
  /** What restic needs to log in at its target. */
  environment: named(variable, secretReference).default({}),
});
export type BackupsConfig = z.infer<typeof backups>;
