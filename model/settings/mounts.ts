import { HELPER_BIN } from "../helper.js";
import { MOUNTS } from "../share-paths.js";
import type { ShareSource, Use } from "../shares/types.js";
import type { Setting } from "./setting.js";

const UNITS = "/etc/systemd/system";
/** Where shares of another host are mounted first: no container binds a folder here. */
const STAGE = "/run/homelab/shares";
const HEAD = "# Written by the homelab's program. What is changed here is undone.\n";
const CLEANER = "homelab-mountpoints.service";
const RETRIER = "homelab-mounts.service";
const TIMER = "homelab-mounts.timer";

/** The shares that a host mounts below /mnt/media, and the units that start its containers when they are there. */
export const mounts: Setting = {
  name: "mounts",
  files: [CLEANER, RETRIER, TIMER, "mnt-media-*.mount", "run-homelab-shares-*.mount", "homelab-start-*.service"].map(
    (unit) => `${UNITS}/${unit}`,
  ),
  watched: {
    healed: [
      "what is mounted at `/mnt/media`, from where, to read or to write",
      "our units: text, drop-ins, enablement",
    ],
  },
  input: ({ shares: { uses, from } }) =>
    from === undefined || uses.length === 0 ? undefined : { files: mountUnits(uses, from) },
};

/**
 * The systemd units by which a host has its shares under /mnt/media, and its containers only while they are there.
 *
 * A container must never start on the empty folder below a mount. Docker refuses to bind a folder that is missing, so
 * the mount points are there only while something is mounted: homelab-mountpoints.service removes them before Docker
 * starts and after every unmount. An attempt to mount NFS would have the folder lie there for as long as the NAS does
 * not answer; so NFS is mounted elsewhere, and what appears under /mnt/media is a bind of it, which is a matter of
 * milliseconds. Docker does not retry a failed start: homelab-start-NAME.service does it when the shares have come.
 *
 * @param uses those of this host
 */
function mountUnits(uses: readonly Use[], { server, path }: ShareSource): Record<string, string> {
  const shares = [...new Set(uses.map(({ share }) => share))].sort();
  const services = [...new Set(uses.flatMap(({ service }) => service ?? []))].sort();
  const units = shares.flatMap((share): [string, string][] => {
    if (server === undefined) {
      return [[mountUnit(at(share)), boundFolder(share, path(share))]];
    }
    const writes = uses.some((use) => use.share === share && use.writes);
    const source = `${server.address}:${path(share)}`;
    return [
      [mountUnit(staged(share)), nfsMount(share, server.name, source, writes)],
      [mountUnit(at(share)), boundShare(share, server.name)],
    ];
  });
  const starters = services.map((service): [string, string] => {
    const mine = uses.filter((use) => use.service === service).map(({ share }) => at(share));
    return [`homelab-start-${service}.service`, starter(service, [...new Set(mine)].sort())];
  });
  const fixed: [string, string][] = [
    [CLEANER, cleaner(shares.map((share) => mountUnit(at(share))))],
    [RETRIER, RETRY],
    [TIMER, RETRY_TIMER],
  ];
  return Object.fromEntries([...units, ...starters, ...fixed].map(([name, text]) => [`${UNITS}/${name}`, HEAD + text]));
}

const at = (share: string): string => `${MOUNTS}/${share}`;
const staged = (share: string): string => `${STAGE}/${share}`;

/** Name of the mount unit of a path, as systemd-escape --path gives it for the letters that occur here. */
export const mountUnit = (path: string): string =>
  `${path.slice(1).replaceAll("-", "\\x2d").replaceAll("/", "-")}.mount`;

// nfs(5), mount(8). _netdev and nofail: after the network, and the boot does not wait for the NAS. retry=0: the timer
// tries again, not mount(8) for two minutes. A reader gets an error after some 15 s without an answer, rather than hang;
// a writer waits for as long as it takes, because an error in the middle of a file is a broken file. timeo is in tenths
// of a second. noexec, nosuid, nodev: media are no programs.
const SAFE = "vers=4.2,nosuid,nodev,noexec,noatime,retry=0,_netdev,nofail";
const READER = `ro,softerr,timeo=50,retrans=2,${SAFE}`;
const WRITER = `rw,hard,timeo=600,retrans=2,${SAFE}`;

// Forced and lazy, so that neither a shutdown nor a stale mount waits for a NAS that is gone.
const nfsMount = (share: string, nas: string, source: string, writes: boolean): string => `[Unit]
Description=Share ${share} of ${nas}

[Mount]
What=${source}
Where=${staged(share)}
Type=nfs4
Options=${writes ? WRITER : READER}
TimeoutSec=20
ForceUnmount=yes
LazyUnmount=yes
`;

// OnSuccess and OnFailure: after an unmount, and after a mount that failed, the mount point is removed.
const boundShare = (share: string, nas: string): string => `[Unit]
Description=${at(share)}, the share ${share} of ${nas}
BindsTo=${mountUnit(staged(share))}
After=${mountUnit(staged(share))}
OnSuccess=${CLEANER}
OnFailure=${CLEANER}

[Mount]
What=${staged(share)}
Where=${at(share)}
Type=none
Options=bind,_netdev,nofail
LazyUnmount=yes

[Install]
WantedBy=multi-user.target
`;

// Asserted, because systemd would make the folder if it were missing: an empty share, on the wrong disk.
const boundFolder = (share: string, folder: string): string => `[Unit]
Description=${at(share)}, which is ${folder} of this host
AssertPathIsDirectory=${folder}
OnSuccess=${CLEANER}
OnFailure=${CLEANER}

[Mount]
What=${folder}
Where=${at(share)}
Type=none
Options=bind,nofail
LazyUnmount=yes

[Install]
WantedBy=multi-user.target
`;

/** Before Docker at boot, when the folders of a power cut are still there; before a mount, never in its midst. */
const cleaner = (mounts: readonly string[]): string => `[Unit]
Description=Mount points of shares are there only while something is mounted
After=local-fs.target
Before=docker.service ${mounts.join(" ")}

[Service]
Type=oneshot
ExecStart=${HELPER_BIN}/remove-mount-points

[Install]
WantedBy=multi-user.target
`;

/**
 * A container that is gone, or was never there, is no failure: a deployment makes it. ExecStopPost, unlike ExecStop, also
 * runs where the share goes while the container is still being started.
 */
const starter = (service: string, folders: readonly string[]): string => {
  const mounts = folders.map(mountUnit).join(" ");
  return `[Unit]
Description=Container ${service}, while its shares are there
BindsTo=${mounts}
After=${mounts} docker.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${HELPER_BIN}/start-container ${service} ${folders.join(" ")}
ExecStopPost=${HELPER_BIN}/stop-container ${service}
Restart=on-failure
RestartSec=30

[Install]
WantedBy=${mounts}
`;
};

const RETRY = `[Unit]
Description=Mount the shares that are not mounted, and remount those that the NAS no longer knows

[Service]
Type=oneshot
ExecStart=${HELPER_BIN}/retry-mounts
`;

const RETRY_TIMER = `[Unit]
Description=Look after the mounts of shares

[Timer]
OnBootSec=30
OnUnitActiveSec=30
AccuracySec=5

[Install]
WantedBy=timers.target
`;
