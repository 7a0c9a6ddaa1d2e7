// What somebody does by hand, as root, to what the settings of a host are built on; each represents its kind.

export const NAS = "pi5";
export const MEDIA = "jellyfin";
export type Host = typeof NAS | typeof MEDIA;

export interface Edit {
  readonly host: Host;
  readonly hand: string;
  readonly said: RegExp;
  /** It is the owner's own: told, and left as it is. */
  readonly stays?: boolean;
  /** For what stays: as it was before. */
  readonly undo?: string;
}

const dropIn = (unit: string, section: string, line: string): string =>
  `mkdir -p '/etc/systemd/system/${unit}.d' && printf '[${section}]\\n${line}\\n' >'/etc/systemd/system/${unit}.d/x.conf' && systemctl daemon-reload`;
const LATER = "/etc/systemd/journald.conf.d/99-owner.conf";

export const EDITS: readonly Edit[] = [
  // accounts, groups, keys, sudo
  {
    host: NAS,
    hand: "useradd --groups homelab-ssh guest",
    said: /^base noticed: guest: is in homelab-ssh/,
    stays: true,
    undo: "userdel guest",
  },
  {
    host: NAS,
    hand: "useradd --non-unique --uid 0 toor",
    said: /^base noticed: toor: has the user id 0/,
    stays: true,
    undo: "sed -i /^toor:/d /etc/passwd /etc/shadow /etc/group /etc/gshadow",
  },
  {
    host: NAS,
    hand: "usermod --append --groups docker probe",
    said: /^base changed: "probe is in docker homelab-ssh"/,
  },
  { host: NAS, hand: "gpasswd --delete deploy docker", said: /^base changed: "deploy is in homelab-ssh"/ },
  {
    host: NAS,
    hand: `echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGhhbmQ= by@hand' >>~deploy/.ssh/authorized_keys`,
    said: /^base .*key of deploy: by@hand/,
  },
  {
    host: NAS,
    hand: "sed -i 's/^restrict,//' ~probe/.ssh/authorized_keys",
    said: /^base .*key of probe: /,
  },
  {
    host: NAS,
    hand: `cp ~probe/.ssh/authorized_keys ~deploy/.ssh/authorized_keys2`,
    said: /^base added: has "key of deploy: /,
  },
  {
    host: MEDIA,
    hand: "sed -i 's/NOPASSWD:NOSETENV: .*helper$/NOPASSWD: ALL/' /etc/sudoers.d/homelab",
    said: /^base changed: "deploy by sudo: \(root\) .*ALL"/,
  },
  {
    host: MEDIA,
    hand: "admin=$(cat /var/lib/homelab/base/admin); [ $admin = root ] || gpasswd --delete $admin homelab-ssh",
    said: /^base missing: \S+: is no longer in homelab-ssh/,
  },
  { host: MEDIA, hand: "chmod 644 ~deploy/.ssh/authorized_keys", said: /^base changed: "keys of deploy: 644 deploy"/ },
  // the helper, its units, the name
  {
    host: MEDIA,
    hand: "echo >>/usr/local/lib/homelab/lib/said.awk",
    said: /^base helper-changed: the helper was changed by hand/,
    stays: true,
    undo: "sed -i '$d' /usr/local/lib/homelab/lib/said.awk",
  },
  { host: NAS, hand: "hostname other", said: /^base changed: "host name other" instead of "host name pi5"/ },
  { host: NAS, hand: "systemctl disable homelab-revert.service", said: /^base not-enabled: homelab-revert.service/ },
  {
    host: NAS,
    hand: "systemctl disable --now homelab-watch.timer",
    said: /^base not-running: homelab-watch.timer/,
  },
  {
    host: MEDIA,
    hand: "echo >>/etc/systemd/system/homelab-firewall.service",
    said: /^base changed: homelab-firewall.service/,
  },
  {
    host: MEDIA,
    hand: dropIn("homelab-revert.service", "Service", "ExecStart=/bin/true"),
    said: /^base added: \/etc\/systemd\/system\/homelab-revert.service.d\/x.conf/,
  },
  // the system
  {
    host: NAS,
    hand: "systemctl disable --now apt-daily-upgrade.timer",
    said: /^system not-enabled: apt-daily-upgrade/,
  },
  { host: MEDIA, hand: "systemctl mask --now apt-daily-upgrade.timer", said: /^system not-running: apt-daily-upgrade/ },
  { host: NAS, hand: "systemctl stop apt-daily.timer", said: /^system not-running: apt-daily.timer/ },
  {
    host: NAS,
    hand: `echo 'APT::Periodic::Unattended-Upgrade "0";' >/etc/apt/apt.conf.d/99owner`,
    said: /^system changed: "APT::Periodic::Unattended-Upgrade "0";" instead of/,
  },
  {
    host: NAS,
    hand: `printf '[Journal]\\nSystemMaxUse=9G\\n' >${LATER}`,
    said: /^system changed: "SystemMaxUse = 9G" instead of/,
  },
  {
    host: NAS,
    hand: "echo 'net.ipv4.tcp_syncookies=0' >/etc/sysctl.d/99-owner.conf",
    said: /^system changed: "net.ipv4.tcp_syncookies = 0" instead of/,
  },
  { host: MEDIA, hand: "sysctl -qw net.ipv4.conf.all.accept_redirects=1", said: /^system changed: ".*= 1 now"/ },
  // Docker
  { host: NAS, hand: "systemctl stop docker.socket docker.service", said: /^docker not-running: docker.service/ },
  { host: MEDIA, hand: "systemctl disable docker.service", said: /^docker not-enabled: docker.service/ },
  { host: MEDIA, hand: "sysctl -qw net.ipv4.ip_forward=0", said: /^docker changed: net.ipv4.ip_forward: is off/ },
  // shares
  {
    host: NAS,
    hand: "exportfs -o rw,no_root_squash 172.30.0.102:/srv/nas/movies; exportfs -i -o rw,no_root_squash,fsid=1 '*:/srv/nas/tv'",
    said: /^nfs (changed|added): /,
  },
  { host: NAS, hand: "chmod 777 /srv/nas/music", said: /^nfs mode-changed: \/srv\/nas\/music/ },
  {
    host: NAS,
    hand: "mkdir -p /srv/other && exportfs -i -o ro,fsid=9 '127.0.0.9:/srv/other'",
    said: /^nfs noticed: \/srv\/other: is exported/,
    // whatever is exported by no file goes with the next exportfs -r
  },
  // mounts
  {
    host: MEDIA,
    hand: dropIn("mnt-media-movies.mount", "Mount", "DirectoryMode=0777"),
    said: /^mounts added: \/etc\/systemd\/system\/mnt-media-movies.mount.d\/x.conf/,
  },
  { host: MEDIA, hand: "systemctl disable homelab-mountpoints.service", said: /^mounts not-enabled: homelab-mountp/ },
];
