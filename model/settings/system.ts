import { isBefore } from "../config/config.js";
import { later } from "../config/time.js";
import { traitsOf } from "../roles.js";
import type { Setting } from "./setting.js";

/** Minutes between the reboots of two hosts, so that the homelab never goes down as a whole. */
const REBOOT_APART = 10;

const UPGRADES = "/etc/apt/apt.conf.d/52homelab-upgrades";
const JOURNAL = "/etc/systemd/journald.conf.d/60-homelab.conf";
const SYSCTL = "/etc/sysctl.d/60-homelab.conf";
const SWAP = "/etc/systemd/zram-generator.conf";

/** Security upgrades with a reboot window, time, journal, kernel. */
export const system: Setting = {
  name: "system",
  files: [UPGRADES, JOURNAL, SYSCTL, SWAP],
  watched: {
    healed: [
      "time zone; that the time service starts at boot",
      "kernel settings, now and as all files of `sysctl.d` leave them at boot",
      "what all files of journald and of APT together say of our keys",
      "that `apt-daily` and `apt-daily-upgrade` wait for their time, and that unattended-upgrades is installed",
    ],
  },
  input: ({ host, config }) => {
    const { small } = traitsOf(host.role);
    const position = Object.values(config.hosts).filter(({ address }) => isBefore(address, host.address)).length;
    return {
      timezone: config.timezone,
      files: {
        [UPGRADES]: upgrades(later(config.reboot, position * REBOOT_APART)),
        [JOURNAL]: `[Journal]\nSystemMaxUse=${small ? 64 : 256}M\nRuntimeMaxUse=32M\nMaxRetentionSec=1month\n`,
        [SYSCTL]: KERNEL,
        ...(small ? { [SWAP]: ZRAM } : {}),
      },
    };
  },
};

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
