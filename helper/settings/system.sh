# shellcheck shell=sh
# Security upgrades, time, journal, kernel settings, compressed swap.
. "$LIB/lib/packages.sh"

UPGRADES=$ROOT/etc/apt/apt.conf.d/52homelab-upgrades
JOURNAL=$ROOT/etc/systemd/journald.conf.d/60-homelab.conf
KERNEL=$ROOT/etc/sysctl.d/60-homelab.conf
ZRAM=$ROOT/etc/systemd/zram-generator.conf
ZONES=$ROOT/usr/share/zoneinfo
LOCALTIME=$ROOT/etc/localtime
SWAP=systemd-zram-setup@zram0.service
TIME=systemd-timesyncd.service
TIMERS="apt-daily.timer apt-daily-upgrade.timer" # new lists, then the upgrade

touches() {
  for file in "$UPGRADES" "$JOURNAL" "$KERNEL"; do later_files "$file"; done
}
may_write() { printf '%s\n' "$UPGRADES" "$JOURNAL" "$KERNEL" "$ZRAM"; }

check_extras() {
  input '.timezone' >"$WORK/timezone"
  { jq -e '.timezone | type == "string" and test("^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$")' "$INPUT" >/dev/null &&
    [ -f "$ZONES/$(cat "$WORK/timezone")" ]; } ||
    refuse "this host has no time zone $(cat "$WORK/timezone")"
}

validate() {
  upgrade_lines "$1$UPGRADES"
  kernel_lines "$1"
  [ ! -f "$1$UPGRADES" ] || apt-config -c "$1$UPGRADES" dump >/dev/null 2>"$WORK/apt-says" ||
    refuse "apt says: $(tail -n 1 "$WORK/apt-says")"
}

# apt can run programs before and after its actions.
upgrade_lines() { # FILE
  only_lines "$1" <<'LINES'
// [A-Za-z0-9 ,.:-]*
APT::Periodic::(Update-Package-Lists|Unattended-Upgrade) "[0-9]+";
Unattended-Upgrade::Origins-Pattern \{ "origin=Debian,codename=\$\{distro_codename\},label=Debian-Security"; \};
Unattended-Upgrade::(Remove-Unused-Dependencies|Automatic-Reboot|Automatic-Reboot-WithUsers) "(true|false)";
Unattended-Upgrade::Automatic-Reboot-Time "([01][0-9]|2[0-3]):[0-5][0-9]";
LINES
}
# The kernel can run programs too, for a core dump; and journald and zram-generator accept other devices and sockets.
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
unit_exists() { [ "$(systemctl show --property=LoadState --value "$1")" != not-found ]; }

activate() { # apply | restore
  case $1 in
    apply) timezone=$(input '.timezone') ;;
    restore) timezone=$(applied '.timezone') ;;
  esac
  if [ -n "$timezone" ] && [ "$(timezone_now)" != "$(zone_called "$timezone")" ]; then
    # Not timedatectl: its daemon caches the zone, and does not see that somebody changed the link.
    ln -sfn "/usr/share/zoneinfo/$timezone" "$LOCALTIME.homelab-new"
    mv -T "$LOCALTIME.homelab-new" "$LOCALTIME"
    echo "$timezone" >"$ROOT/etc/timezone"
    say "time zone $timezone"
  fi
  [ "$1" = restore ] || overrule
  if changed "$JOURNAL"; then systemctl restart systemd-journald.service; fi
  # A host has one time service. If the owner chose another, such as chrony, that one stays.
  if unit_exists "$TIME"; then keep_running "$TIME"; fi
  [ "$1" = restore ] || need unattended-upgrade unattended-upgrades
  for unit in $TIMERS; do keep_running "$unit"; done
  if [ -f "$KERNEL" ]; then sysctl -q -p "$KERNEL"; fi
  if changed "$ZRAM"; then compressed_swap; fi
}

# Removes our keys from files that are read after ours and would win.
overrule() {
  assignments | cut -d' ' -f1 >"$WORK/our-keys"
  for ours in "$JOURNAL" "$KERNEL"; do later_files "$ours" | without_keys ' *='; done
  sed -n 's/^\([A-Za-z:-]*\) ".*/\1/p' "$UPGRADES" >"$WORK/our-keys"
  later_files "$UPGRADES" | without_keys ' +"'
}
later_files() { # OURS
  find "${1%/*}" -maxdepth 1 \( -type f -o -type l \) | sort | awk -v ours="$1" '$0 > ours' | xargs -r readlink -f | sort -u
}
without_keys() { # WHAT FOLLOWS A KEY, files on standard input
  # a dot matches any character, since sysctl accepts a slash as well
  sed "s/^/^ *-?/; s/\$/$1/" "$WORK/our-keys" >"$WORK/patterns"
  while read -r file; do
    grep -Ei -f "$WORK/patterns" "$file" >"$WORK/unwanted" || continue
    grep -vxF -f "$WORK/unwanted" "$file" >"$WORK/others" || true
    back_up "$file"
    write_file "$file" "$(stat -c %a "$file")" <"$WORK/others"
    if [ "${file%/*}" = "${JOURNAL%/*}" ]; then echo "$JOURNAL" >>"$CHANGED"; fi # so that journald reads it again
    while read -r line; do say "removed from $file: $line"; done <"$WORK/unwanted"
  done
}

# Some kernels have no zram; the host works without it.
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

# Some names are links to others, such as UTC to Etc/UTC.
zone_called() { readlink -f "$ZONES/$1" | sed 's|.*/zoneinfo/||'; }
timezone_now() { readlink -f "$LOCALTIME" | sed 's|.*/zoneinfo/||'; }

effect() {
  echo "time zone $(zone_called "$(input '.timezone')")"
  [ -f "$KERNEL" ] || return 0
  assignments
  kernel_keys >"$WORK/keys"
  assignments | grep -F -f "$WORK/keys" | sed 's/$/ now/'
  apt_says "$UPGRADES"
}
# The last assignment wins, whoever wrote it: in files that sort after ours, and for the kernel by later commands.
live() {
  echo "time zone $(timezone_now)"
  [ -f "$KERNEL" ] || return 0
  systemd-analyze cat-config sysctl.d systemd/journald.conf >"$WORK/configuration" 2>/dev/null || true
  assignments "$WORK/configuration"
  kernel_keys | xargs -r sysctl -e 2>/dev/null | sed 's/$/ now/'
  apt-config dump | apt_says -
}
# "KEY = VALUE" for each key of our files, in their order, with the last value in any of the texts.
assignments() { # [TEXT]
  ours=""
  for file in "$JOURNAL" "$KERNEL"; do [ ! -f "$file" ] || ours="$ours $file"; done
  # shellcheck disable=SC2086 # words
  awk -f "$LIB/lib/assignments.awk" -v ours="$ours" $ours "$@"
}
kernel_keys() { # those that this kernel has
  sed -n 's/^\([a-z][^ =]*\) *=.*/\1/p' "$KERNEL" | awk '{ path = $0; gsub(/\./, "/", path); print path, $0 }' |
    while read -r path key; do
      [ ! -e "$ROOT/proc/sys/$path" ] || echo "$key"
    done
}
# Lines of APT's configuration, KEY "VALUE";, whose keys our file has.
apt_says() { # CONFIGURATION
  [ -f "$UPGRADES" ] || return 0
  sed -n 's/^\([A-Za-z:-]*\) ".*/\1/p' "$UPGRADES" >"$WORK/apt-keys"
  awk 'FILENAME == ARGV[1] { ours[$1]; next } $1 in ours' "$WORK/apt-keys" "$1"
}

watches() {
  for unit in "$TIME" $TIMERS; do echo "$unit"; done
}
drift() {
  ! unit_is "$TIME" exists || must_be_enabled "$TIME" "is off, so the clock is not kept right"
  for unit in $TIMERS; do
    must_be_active "$unit" "is off, so there are no security upgrades"
    must_be_enabled "$unit" "does not start at boot, so there are no security upgrades then"
  done
  command -v unattended-upgrade >/dev/null || finding removed unattended-upgrades "its package is gone, so there are no security upgrades"
}
