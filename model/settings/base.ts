import type { Config } from "../config/settings.js";
import { traitsOf } from "../roles.js";
import type { Role } from "../roles.js";
import { setting } from "./setting.js";
import type { SettingModel } from "./setting.js";

/** Debian's own OpenSSH of 12 and later knows all of these. */
const SSHD = `# Of the homelab. sshd takes the first value that it reads, and this file comes first.
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
AllowGroups homelab-ssh
X11Forwarding no
LoginGraceTime 30
ClientAliveInterval 60
# A deployment opens many connections at once; with the defaults of 10 some are refused.
MaxStartups 100:30:200
MaxSessions 100
KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org
Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr
MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com
HostKeyAlgorithms ssh-ed25519,rsa-sha2-512,rsa-sha2-256
`;

/** Keys only, members of homelab-ssh only. */
export const sshSetting = (): SettingModel =>
  setting("ssh", { files: { "/etc/ssh/sshd_config.d/00-homelab.conf": SSHD } });

/** Minutes between the reboots of two hosts, so that the homelab never goes down as a whole. */
const REBOOT_APART = 10;

/**
 * Security upgrades with a reboot window, time, journal, kernel.
 *
 * @param position of the host among the others by address: each has a reboot window of its own
 */
export function systemSetting(role: Role | undefined, position: number, { timezone, reboot }: Config): SettingModel {
  const { small } = traitsOf(role);
  return setting("system", {
    timezone,
    files: {
      "/etc/apt/apt.conf.d/52homelab-upgrades": upgrades(later(reboot, position * REBOOT_APART)),
      "/etc/systemd/journald.conf.d/60-homelab.conf": `[Journal]\nSystemMaxUse=${small ? 64 : 256}M\nRuntimeMaxUse=32M\nMaxRetentionSec=1month\n`,
      "/etc/sysctl.d/60-homelab.conf": KERNEL,
      ...(small ? { "/etc/systemd/zram-generator.conf": ZRAM } : {}),
    },
  });
}

const upgrades = (
  time: string,
): string => `// Of the homelab: security upgrades every day, and a reboot where one needs it.
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade::Origins-Pattern { "origin=Debian,codename=\${distro_codename},label=Debian-Security"; };
Unattended-Upgrade::Remove-Unused-Dependencies "true";
Unattended-Upgrade::Automatic-Reboot "true";
Unattended-Upgrade::Automatic-Reboot-WithUsers "true";
Unattended-Upgrade::Automatic-Reboot-Time "${time}";
`;

/** A host is no router, and takes no orders about routes from its neighbours. */
const KERNEL = `net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.all.accept_source_route = 0
net.ipv6.conf.all.accept_redirects = 0
net.ipv4.tcp_syncookies = 1
`;

/** A Pi Zero has 512 MB: compressed swap as large as its memory, by an algorithm that its core has time for. */
const ZRAM = `[zram0]
zram-size = ram
compression-algorithm = lz4
`;

function later(time: string, minutes: number): string {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const total = (hour * 60 + minute + minutes) % (24 * 60);
  return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
}

export const LOG_DRIVER = "json-file";

/** What Docker does with the logs of a container that says nothing else; it fills these in where one says only a part. */
export const logDefaults = (role: Role | undefined): Readonly<Record<string, string>> =>
  traitsOf(role).small ? { "max-size": "5m", "max-file": "2" } : { "max-size": "10m", "max-file": "3" };

/** Logs that do not fill the card, and containers that outlive a restart of the engine. */
export function dockerSetting(role: Role | undefined): SettingModel {
  return setting("docker", {
    daemon: { "live-restore": true, "log-driver": LOG_DRIVER, "log-opts": logDefaults(role) },
    // Known from 29 on. Published ports are filtered in DOCKER-USER, which only this backend has.
    optional: { "firewall-backend": "iptables" },
  });
}
