# shellcheck shell=sh
# Security upgrades, time, journal, kernel settings, compressed swap.

UPGRADES=$ROOT/etc/apt/apt.conf.d/52homelab-upgrades
JOURNAL=$ROOT/etc/systemd/journald.conf.d/60-homelab.conf
KERNEL=$ROOT/etc/sysctl.d/60-homelab.conf
ZRAM=$ROOT/etc/systemd/zram-generator.conf
ZONES=$ROOT/usr/share/zoneinfo
LOCALTIME=$ROOT/etc/localtime
SWAP=systemd-zram-setup@zram0.service

may_write() { printf '%s\n' "$UPGRADES" "$JOURNAL" "$KERNEL" "$ZRAM"; }

check_extras() {
  input '.timezone' >"$WORK/timezone"
  { jq -e '.timezone | type == "string" and test("^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$")' "$INPUT" >/dev/null &&
    [ -f "$ZONES/$(cat "$WORK/timezone")" ]; } ||
    refuse "this host knows no time zone $(cat "$WORK/timezone")"
}

validate() {
  upgrade_lines "$1$UPGRADES"
  kernel_lines "$1"
  [ ! -f "$1$UPGRADES" ] || apt-config -c "$1$UPGRADES" dump >/dev/null 2>"$WORK/apt-says" ||
    refuse "apt says: $(tail -n 1 "$WORK/apt-says")"
}

# apt can run a program before and after whatever it does.
upgrade_lines() { # FILE
  only_lines "$1" <<'LINES'
// [A-Za-z0-9 ,.:-]*
APT::Periodic::(Update-Package-Lists|Unattended-Upgrade) "[0-9]+";
Unattended-Upgrade::Origins-Pattern \{ "origin=Debian,codename=\$\{distro_codename\},label=Debian-Security"; \};
Unattended-Upgrade::(Remove-Unused-Dependencies|Automatic-Reboot|Automatic-Reboot-WithUsers) "(true|false)";
Unattended-Upgrade::Automatic-Reboot-Time "([01][0-9]|2[0-3]):[0-5][0-9]";
LINES
}
# The kernel too, for a core dump; and journald and the maker of swap take more devices and sockets than those here.
kernel_lines() { # STAGE
  only_lines "$1$KERNEL" <<'LINES'
net\.ipv[46]\.[a-z0-9_]+(\.[a-z0-9_]+)* = [0-9]+
LINES
  only_lines "$1$JOURNAL" <<'LINES'
\[Journal\]
(SystemMaxUse|RuntimeMaxUse)=[0-9]+M
MaxRetentionSec=[0-9]+(day|week|month|year)
LINES
  only_lines "$1$ZRAM" <<'LINES'
\[zram0\]
zram-size = ram
compression-algorithm = [a-z0-9]+
LINES
}

changed() { grep -qxF "$1" "$CHANGED"; }
unit_exists() { systemctl cat "$1" >/dev/null 2>&1; }

activate() { # apply | restore
  case $1 in
    apply) timezone=$(input '.timezone') ;;
    restore) timezone=$(applied '.timezone') ;;
  esac
  if [ -n "$timezone" ] && [ "$(timezone_now)" != "$timezone" ]; then
    # Not timedatectl: its daemon keeps the zone that it has read, and takes a link that somebody has changed for what it was.
    ln -sfn "/usr/share/zoneinfo/$timezone" "$LOCALTIME.homelab-new"
    mv -T "$LOCALTIME.homelab-new" "$LOCALTIME"
    echo "$timezone" >"$ROOT/etc/timezone"
    say "time zone $timezone"
  fi
  if changed "$JOURNAL"; then systemctl restart systemd-journald.service; fi
  # A host has one time service. Where the owner chose another, such as chrony, that one stays.
  if unit_exists systemd-timesyncd.service; then systemctl -q enable --now systemd-timesyncd.service; fi
  if [ -f "$KERNEL" ]; then sysctl -q -p "$KERNEL"; fi
  if changed "$ZRAM"; then compressed_swap; fi
}

# Some kernels have no zram; the host is as well without.
compressed_swap() {
  systemctl daemon-reload
  if [ ! -f "$ZRAM" ] || ! unit_exists "$SWAP"; then
    systemctl stop "$SWAP" 2>/dev/null || true
  elif ! systemd-detect-virt --quiet --container && { modprobe zram 2>/dev/null || [ -e /sys/class/zram-control ]; }; then
    systemctl restart "$SWAP"
  else
    say "there is no zram here, so no compressed swap"
  fi
}

deactivate() { systemctl restart systemd-journald.service; }

timezone_now() { readlink -f "$LOCALTIME" | sed 's|.*/zoneinfo/||'; }

live() {
  echo "time zone $(timezone_now)"
  if [ -f "$KERNEL" ]; then
    sed -n 's/^\([a-z][^ =]*\) *=.*/\1/p' "$KERNEL" | xargs -r sysctl -e 2>/dev/null
  fi
}
watches() { printf '%s\n' systemd-timesyncd.service apt-daily-upgrade.timer; }
drift() {
  ! unit_is systemd-timesyncd.service exists ||
    must_be_enabled systemd-timesyncd.service "is off, so the clock is not kept right"
  ! unit_is apt-daily-upgrade.timer disabled ||
    finding not-enabled apt-daily-upgrade.timer "is off, so there are no security upgrades"
}
