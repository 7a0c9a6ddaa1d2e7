/** How a setting can differ from what was applied, as the helper says it (helper/lib/drift.sh). */
export const SETTING_CODES = [
  /** Something is there that was not applied: a rule, a line, a share. */
  "added",
  /** Something that was applied is not there any more, as a line or a rule. */
  "missing",
  /** A file or folder is not there any more. */
  "removed",
  "changed",
  /** Permissions or owner of a file or folder. */
  "mode-changed",
  "not-running",
  /** It would not start when the host boots. */
  "not-enabled",
  "not-mounted",
  /** Neither the new nor the former state let anybody in, so that the helper opened SSH for the LAN. */
  "ssh-forced-open",
  /** A change was cut off after it was written and before it took effect. */
  "unfinished",
  /** The program that looks at the host is not as it was installed. */
  "helper-changed",
  /** A disk is full, or has no inodes left: no deployment makes room. */
  "no-room",
  /** The owner's own, which nobody changes: something to know. */
  "noticed",
  /** The last copy of what a service or a share keeps did not come about. */
  "backup-failed",
  "backup-stale",
  /** A copy could not be restored on trial. */
  "drill-failed",
  "drill-stale",
] as const;

/** Copies that the owner does not have, and no deployment makes. */
export const BACKUP_CODES: readonly FindingCode[] = ["backup-failed", "backup-stale", "drill-failed", "drill-stale"];

/** What is told of a setting, and is not drift. */
export const NOTED: readonly FindingCode[] = ["noticed", ...BACKUP_CODES];

/** What applying a setting does not repair. */
export const NOT_HEALED: readonly FindingCode[] = ["helper-changed", "no-room"];

/** What only a deployment that is over is asked for. */
export const AFTERWARDS_CODES = ["not-applied", "starting", "no-record"] as const;

/** What kind of difference a finding is: stable, for programs. */
export const FINDING_CODES = [
  ...SETTING_CODES,
  // Settings as a whole.
  "reverted",
  "unconfirmed",
  // Containers and networks of ours.
  "engine-silent",
  "recreated",
  "stopped",
  "paused",
  "restarting",
  "unhealthy",
  "waiting-for-share",
  /** It has something mounted that was replaced on the host since it started. */
  "stale-mount",
  "stale-network",
  /** Its image was built for another architecture than the host's. */
  "wrong-architecture",
  /** Docker began to remove it and could not. */
  "dead",
  /** The new container did not come up, and the former one runs. */
  "rolled-back",
  /** The new container did not come up, and the former one is not started. */
  "held",
  "left-over",
  // What is in the way of a deployment.
  "name-taken",
  "port-taken",
  /** A service is to have GPUs, and Docker does not find the toolkit that hands them out. */
  "no-gpu-toolkit",
  /** The new firewall would shut out the machine that deploys. */
  "shut-out",
  // What is good to know.
  "ports-closed",
  "taken-over",
  ...AFTERWARDS_CODES,
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];
