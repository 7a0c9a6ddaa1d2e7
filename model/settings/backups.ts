import type { BackupRepository } from "../backups/types.js";
import type { BackupsConfig } from "../config/backups-settings.js";
import { later } from "../config/time.js";
import { mountUnit } from "./mounts.js";
import type { Setting } from "./setting.js";

const UNITS = "/etc/systemd/system";
const HEAD = "# Written by the homelab's program. What is changed here is undone.\n";
const COPY = "homelab-backup";
const DRILL = "homelab-backup-drill";
/** Minutes from the copies to their drill, which reads what those have written. */
const DRILL_AFTER = 180;

/** What a host copies, where to, and the timers that have it do so. */
export const backups: Setting = {
  name: "backups",
  // A repository that is away keeps no container from its host.
  awaited: false,
  files: [COPY, DRILL].flatMap((unit) => [`${UNITS}/${unit}.service`, `${UNITS}/${unit}.timer`]),
  watched: {
    healed: ["that restic is installed", "the timers of the copies and of their drill: text, drop-ins, enablement"],
    told: ["copies that failed or are older than two days, and drills that failed or did not run for three periods"],
  },
  input: ({ backups: mine, config }) =>
    mine === undefined || config.backups === undefined
      ? undefined
      : {
          repository: mine.repository,
          keep: config.backups.keep,
          drill: config.backups.drill,
          sets: mine.sets,
          files: unitsFor(config.backups, mine.repository),
        },
};

function unitsFor({ at, drill }: BackupsConfig, repository: BackupRepository): Record<string, string> {
  const mount = repository.kind === "folder" && repository.mount !== undefined ? [mountUnit(repository.mount)] : [];
  const after = ["network-online.target", "time-sync.target", "docker.service", ...mount];
  const drillAt = later(at, DRILL_AFTER);
  const units = {
    [`${COPY}.service`]: service("Copy what the services and the shares of this host keep", after, "backup-all"),
    [`${COPY}.timer`]: timer("Copy what the services and the shares of this host keep, every day", `*-*-* ${at}:00`),
    [`${DRILL}.service`]: service(
      "Prove that the copies of this host can be restored",
      [...after, `${COPY}.service`],
      "drill",
    ),
    [`${DRILL}.timer`]: timer(
      "Prove that the copies of this host can be restored, from time to time",
      `${DAYS[drill]} ${drillAt}:00`,
    ),
  };
  return Object.fromEntries(Object.entries(units).map(([name, text]) => [`${UNITS}/${name}`, HEAD + text]));
}

/** As systemd.time(7) has them. */
const DAYS: Readonly<Record<BackupsConfig["drill"], string>> = {
  daily: "*-*-*",
  weekly: "Sun *-*-*",
  monthly: "*-*-01",
};

/** After the share's mount, and without it as well: then the helper says that it is not there. */
const service = (description: string, after: readonly string[], command: string): string => `[Unit]
Description=${description}
Wants=network-online.target
After=${after.join(" ")}

[Service]
Type=oneshot
Nice=10
IOSchedulingClass=idle
ExecStart=/usr/local/sbin/homelab-helper ${command}
`;

/** Persistent: a host that was off at that time does it once it is on. */
const timer = (description: string, calendar: string): string => `[Unit]
Description=${description}

[Timer]
OnCalendar=${calendar}
Persistent=true

[Install]
WantedBy=timers.target
`;
