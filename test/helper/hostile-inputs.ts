import { fillIn } from "../../model/text.js";
import { homelab } from "./homelabs.js";

// What somebody could send who may call the helper, and what becomes of it. Each input is one that the program makes, with
// one thing changed: a line that the program which reads the file takes for another than it looks, a path, a value.

interface Input {
  files?: Record<string, string[]>;
  [extra: string]: unknown;
}

const service = { name: "player", share: "films", writes: true, audience: ["lan"], listens: false };
const { hosts } = homelab({
  base: "debian",
  root: "/srv/nas",
  timezone: "Etc/UTC",
  subnet6: undefined,
  from: ["lan"],
  shares: { films: { write: ["anna"], read: ["ben"] } },
  hosts: [
    { name: "box", role: "nas", services: [] },
    { name: "pi", role: "agent", services: [service] },
  ],
});
/** What the program makes for a setting. */
export function made(setting: string): Input {
  const inputs = hosts.flatMap(({ settings }) => settings).filter(({ name }) => name === setting);
  return JSON.parse(fillIn(inputs.at(-1)?.input ?? "{}", () => "password")) as Input;
}

type Change = (input: Input) => unknown;
/** One more line of a file. */
interface Line {
  readonly path: string;
  readonly line: string;
}
type Case = readonly [what: string, change: Change | Line, outcome: string];

/** Outcome of what is harmless. */
export const TAKEN = "";
/** With more lines at the end of a file. */
const also =
  (path: string, ...lines: string[]): Change =>
  (input) => ({ ...input, files: { ...input.files, [path]: [...(input.files?.[path] ?? []), ...lines] } });
/** With another line in the place of one. */
const instead =
  (path: string, old: RegExp, line: string): Change =>
  (input) => ({
    ...input,
    files: { ...input.files, [path]: (input.files?.[path] ?? []).map((it) => it.replace(old, line)) },
  });
const withKeys =
  (keys: Record<string, unknown>): Change =>
  (input) => ({ ...input, ...keys });
/** Lines that a file must not say. */
const lines = (path: string, ...all: string[]): Case[] =>
  all.map((line) => [line, { path, line }, `${path.split("/").at(-1) ?? ""} may not say ${line}`]);
const unchanged: Case = ["as it is", (it: Input): Input => it, TAKEN];

const UNITS = "/etc/systemd/system";
const STARTER = `${UNITS}/homelab-start-player.service`;
const MOUNT = `${UNITS}/mnt-media-films.mount`;
const STAGED = `${UNITS}/run-homelab-shares-films.mount`;
const BIN = "/usr/local/lib/homelab/bin";
const SSHD = "/etc/ssh/sshd_config.d/00-homelab.conf";
const EXPORTS = "/etc/exports.d/homelab.exports";
const SAMBA = "/etc/samba/homelab.conf";
const APT = "/etc/apt/apt.conf.d/52homelab-upgrades";
const SYSCTL = "/etc/sysctl.d/60-homelab.conf";
const JOURNAL = "/etc/systemd/journald.conf.d/60-homelab.conf";
const CHAINS = "/etc/homelab/firewall.v4";
const NO_EXPORT = "an export has a form";
const NO_RULE = "a rule has a form that this helper does not accept";
const NO_VALUE = "not a value of daemon.json";
const CONTROL = "a text has a control character";
const rule = (text: string): Change => withKeys({ rules: [text] });

/** By setting; the first of each is the input that the program makes. */
export const CASES: Readonly<Record<string, readonly Case[]>> = {
  mounts: [
    unchanged,
    ["another comment", also(STARTER, "# anything, also ExecStart=/bin/sh"), TAKEN],
    ...lines(
      STARTER,
      " ExecStart=/bin/sh",
      "\tExecStart=/bin/sh",
      "ExecStart =/bin/sh",
      "ExecStart= /bin/sh",
      "ExecStart=!/bin/sh",
      "ExecStartPre=/bin/sh",
      "ExecStop=/bin/sh",
      "ExecCondition=/bin/sh",
      `ExecStart=${BIN}/start-container x /mnt/media/a; /bin/sh`,
      `ExecStart=${BIN}/start-container x /mnt/media/../../etc`,
      `ExecStart=${BIN}/../../../../bin/sh`,
      "User=nobody",
      "Environment=LD_PRELOAD=/tmp/x.so",
      "EnvironmentFile=/tmp/x",
      "PassEnvironment=LD_PRELOAD",
      "RootDirectory=/tmp",
      "BindPaths=/tmp:/usr/local/lib",
      "StandardOutput=file:/etc/passwd",
      "StateDirectory=../../etc",
      "OnFailure=debug-shell.service",
      "Wants=debug-shell.service",
      "Description=x \\",
      "# x \\",
      "; x",
      "[Service] ",
      "[Socket]",
      "Type=notify",
      "FailureAction=reboot",
      "ExecStart=-/bin/sh",
      "execstart=/bin/sh",
    ),
    ["a carriage return for a line break", also(STARTER, "# x\rExecStart=/bin/sh"), CONTROL],
    ["a vertical tab for a blank", also(STARTER, "\vExecStart=/bin/sh"), CONTROL],
    ...lines(MOUNT, "What=/etc", "What=/dev/sda1", "What=/srv/../etc", "Where=/etc", "Where=/mnt/media/../x"),
    ...lines(MOUNT, "Options=bind,suid", "Type=overlay", "WantedBy=../../x.target", "DirectoryMode=0777"),
    ...lines(STAGED, "Options=rw,hard,timeo=1,retrans=2,vers=4.2,suid,nodev,noexec,noatime,retry=0,_netdev,nofail"),
    ["a unit of somebody else's", also(`${UNITS}/ssh.service`, "x"), "mounts may not write"],
    ["a drop-in of a unit", also(`${UNITS}/mnt-media-x.mount/a.mount`, "x"), "mounts may not write"],
  ],
  ssh: [
    unchanged,
    ...lines(
      SSHD,
      " PermitRootLogin yes",
      "PermitRootLogin yes",
      "permitrootlogin yes",
      "PermitRootLogin=yes",
      '"PermitRootLogin" yes',
      "AuthorizedKeysCommand /bin/sh",
      "AuthorizedKeysFile /tmp/keys",
      "ForceCommand /bin/sh",
      "Subsystem sftp /bin/sh",
      "Include /tmp/x",
      "Match all",
      "Banner /etc/shadow",
      "PermitUserEnvironment yes",
      "AllowGroups users",
      "TrustedUserCAKeys /tmp/ca",
      "SetEnv LD_PRELOAD=/tmp/x.so",
    ),
    ["a port that is a text", withKeys({ admin: { port: "22", from: [] } }), "admin must say the port"],
    ["a source that is a word for awk", withKeys({ admin: { port: 22, from: ["$(id)"] } }), "admin must say the port"],
  ],
  nfs: [
    unchanged,
    ["a client that is everybody", instead(EXPORTS, /10\.0\.0\.11/, "*"), NO_EXPORT],
    ["a client that is a name", instead(EXPORTS, /10\.0\.0\.11/, "evil.example"), NO_EXPORT],
    ["a client that stays root", instead(EXPORTS, /all_squash,anonuid=1000/, "no_root_squash"), NO_EXPORT],
    ["a client that becomes root", instead(EXPORTS, /anonuid=1000/, "anonuid=0"), NO_EXPORT],
    ["the root of all exports", instead(EXPORTS, /fsid=[0-9a-f-]+/, "fsid=0"), NO_EXPORT],
    ["a folder in quotes", also(EXPORTS, '"/etc" 10.0.0.11(ro)'), NO_EXPORT],
    ["a folder in octal numbers", also(EXPORTS, "/\\145tc 10.0.0.11(ro)"), NO_EXPORT],
    ["a line that goes on", also(EXPORTS, "/etc \\", "    10.0.0.11(ro)"), NO_EXPORT],
    ["a word that goes on", also(EXPORTS, "/e\\", "tc 10.0.0.11(ro)"), NO_EXPORT],
    ["a blank before it", also(EXPORTS, " /etc 10.0.0.11(ro)"), NO_EXPORT],
    ["a comment that goes on", also(EXPORTS, "# x \\", "/etc *(rw)"), TAKEN],
    [
      "another folder",
      instead(EXPORTS, /^\/srv\/nas\/films/, "/srv/nas"),
      "/srv/nas would be exported, but is not the folder of a share",
    ],
    ["a folder of the system", withKeys({ folders: [{ path: "/etc", owner: "1000:1000", mode: "2775" }] }), "folders"],
    [
      "a folder that goes up",
      withKeys({ folders: [{ path: "/srv/../etc", owner: "1000:1000", mode: "2775" }] }),
      "folders must be",
    ],
    ["an owner", withKeys({ folders: [{ path: "/srv/x", owner: "0:0", mode: "4755" }] }), "folders must be"],
    ...["[exports]", "rootdir=/", "include = /tmp/x", " vers3=y", "vers3=y \\"].flatMap((line) =>
      lines("/etc/nfs.conf.d/homelab.conf", line),
    ),
  ],
  smb: [
    unchanged,
    ...lines(
      SAMBA,
      "   path = /",
      "   path = /srv/../etc",
      "path = /etc",
      "   guest ok = yes",
      "   GuestOK = yes",
      "   public = yes",
      "   map to guest = bad user",
      "   root preexec = /bin/sh",
      "   preexec = /bin/sh",
      "   include = /tmp/x",
      "   include = /etc/samba/homelab-owner.conf \\",
      "   config file = /tmp/x",
      "   force user = root",
      "   valid users = +users",
      "   valid users = %S",
      "   wide links = yes",
      "   server min protocol = NT1",
      "[homes]",
      "[print$]",
      "# x \\",
      "; x",
    ),
  ],
  "smb-users": [
    unchanged,
    ["a name that is an option", withKeys({ users: { "-x": "p" } }), "users must be"],
    ["a name with a blank", withKeys({ users: { "a b": "p" } }), "users must be"],
    ["a name that ends with a line break", withKeys({ users: { "anna\n": "p" } }), CONTROL],
    ["a password of two lines", withKeys({ users: { anna: "p\nq" } }), CONTROL],
    ["a password without end", withKeys({ users: { anna: "p".repeat(128) } }), "users must be"],
  ],
  tailnet: [
    unchanged,
    ["a server without TLS", withKeys({ server: "http://example.org" }), "server, hostname, tag and key"],
    ["a server with words behind it", withKeys({ server: "https://example.org --ssh" }), "server, hostname"],
    ["a name that is an option", withKeys({ hostname: "--ssh" }), "server, hostname"],
    ["a name that ends with a line break", withKeys({ hostname: "pi\n" }), CONTROL],
    ["a tag that is none", withKeys({ tag: "autogroup:admin" }), "server, hostname"],
    ["a key that names a file", withKeys({ key: "file:/etc/shadow" }), "server, hostname"],
    ["a key without end", withKeys({ key: "k".repeat(201) }), "server, hostname"],
  ],
  system: [
    unchanged,
    ...lines(
      APT,
      'DPkg::Pre-Invoke {"/bin/sh";};',
      'APT::Update::Post-Invoke-Success "/bin/sh";',
      '#include "/tmp/x";',
      "/* x */ Dir::Bin::dpkg /bin/sh;",
      'Dir::Bin::dpkg "/bin/sh";',
      'Acquire::AllowInsecureRepositories "true";',
      'Unattended-Upgrade::Automatic-Reboot-Time "now";',
      ' APT::Periodic::Unattended-Upgrade "0"; DPkg::Pre-Invoke {"/bin/sh";};',
    ),
    ...lines(
      SYSCTL,
      "kernel.core_pattern = |/bin/sh",
      "kernel/core_pattern = |/bin/sh",
      "-kernel.core_pattern = |/bin/sh",
      "kernel.modprobe=/tmp/x",
      "net.ipv4/../kernel.modprobe = 1",
    ),
    ...lines(JOURNAL, " ForwardToWall=yes", "TTYPath=/etc/passwd", "SystemMaxUse=1T"),
    ...lines("/etc/systemd/zram-generator.conf", "writeback-device = /dev/sda1", "[zram1]", "mount-point = /etc"),
    ["a time zone that goes up", withKeys({ timezone: "../../../etc/shadow" }), "this host has no time zone"],
    ["a time zone of two lines", withKeys({ timezone: "Etc/UTC\n../x" }), CONTROL],
    ["a time zone that is a list", withKeys({ timezone: ["Etc/UTC"] }), "this host has no time zone"],
  ],
  docker: [
    unchanged,
    ["a socket for everybody", withKeys({ daemon: { hosts: ["tcp://0.0.0.0"] } }), "not a key of daemon.json"],
    ["a runtime", withKeys({ optional: { runtimes: { x: { path: "/bin/sh" } } } }), "not a key of daemon.json"],
    ["no firewall", withKeys({ daemon: { iptables: false } }), NO_VALUE],
    ["another firewall", withKeys({ optional: { "firewall-backend": "nftables" } }), NO_VALUE],
    ["logs for somebody else", withKeys({ daemon: { "log-driver": "syslog" } }), NO_VALUE],
    ["an address for logs", withKeys({ daemon: { "log-opts": { "syslog-address": "tcp://x" } } }), NO_VALUE],
    [
      "pools of addresses that are none",
      withKeys({ defaults: { "default-address-pools": [{ base: "0/0", size: 24 }] } }),
      NO_VALUE,
    ],
    ["a runtime by default", withKeys({ defaults: { runtimes: {} } }), "not a key of daemon.json"],
    ["logs without end", withKeys({ daemon: { "log-opts": { "max-size": "-1" } } }), NO_VALUE],
  ],
  firewall: [
    unchanged,
    ["a rule with a command behind it", rule("allow from any to any port 22; /bin/sh"), NO_RULE],
    ["a rule that is an option", rule("--force reset"), NO_RULE],
    ["a rule with a quote", rule("allow to any comment 'homelab: it's'"), NO_RULE],
    ["a rule without our comment", rule("allow to any port 22 proto tcp"), NO_RULE],
    ["a rule of two lines", rule("allow to any comment 'homelab'\nreset"), CONTROL],
    ["a rule for packets that leave", rule("deny out to any comment 'homelab'"), NO_RULE],
    ...lines(
      CHAINS,
      "-A DOCKER-USER --modprobe=/tmp/x -j RETURN",
      "-A DOCKER-USER -M /tmp/x -j RETURN",
      "-A INPUT -j ACCEPT",
      "-I INPUT -j ACCEPT",
      "-F INPUT",
      ":INPUT ACCEPT [0:0]",
      "-A DOCKER-USER -j ACCEPT",
      "-A DOCKER-USER -j LOG",
      "*nat",
      " -A DOCKER-USER -j RETURN",
      '-A DOCKER-USER -m comment --comment "x" -m comment --comment "$(id)" -j RETURN',
    ),
  ],
};
