# shellcheck shell=sh
# The shares that this host mounts below /mnt/media, and the units that start its containers once they are mounted.

UNITS=$ROOT/etc/systemd/system

may_write() {
  printf "$UNITS/%s\n" homelab-mountpoints.service homelab-mounts.service homelab-mounts.timer \
    'mnt-media-*.mount' 'run-homelab-shares-*.mount' 'homelab-start-*.service'
}

# Units may run only the helper's programs, and mount only below folders named after shares, without set-uid programs.
validate() {
  for unit in "$1$UNITS"/*; do
    [ -f "$unit" ] || continue
    unit_lines "$unit"
    where=$(sed -n 's|^Where=\(/mnt/media/.*\)|\1|p' "$unit")
    if [ -n "$where" ] && ! is_mounted "$where" && [ -n "$(ls -A "$ROOT$where" 2>/dev/null)" ]; then
      refuse "$where contains files of this host, which a mount would hide: move them away"
    fi
  done
}

unit_lines() { # FILE
  share='[a-z][a-z0-9-]*'
  folder='(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+'
  name='[A-Za-z0-9][A-Za-z0-9_.\-]*\.(mount|service|target)'
  container='[A-Za-z0-9][A-Za-z0-9_.-]*'
  bin=/usr/local/lib/homelab/bin
  only_lines "$1" <<LINES

#[^\]*
\[(Unit|Mount|Service|Timer|Install)\]
Description=[A-Za-z0-9/_., -]+
(BindsTo|After|Before|WantedBy)=$name( $name)*
(OnSuccess|OnFailure)=homelab-mountpoints\.service
AssertPathIsDirectory=/(srv|mnt|media|data|export)$folder
What=/(srv|mnt|media|data|export)$folder
What=/run/homelab/shares/$share
What=[0-9.]+:$folder
Where=(/mnt/media|/run/homelab/shares)/$share
Type=(nfs4|none|oneshot)
Options=bind(,_netdev)?,nofail
Options=(ro,softerr|rw,hard),timeo=[0-9]+,retrans=[0-9]+,vers=4\.2,nosuid,nodev,noexec,noatime,retry=0,_netdev,nofail
(ForceUnmount|LazyUnmount|RemainAfterExit)=yes
(TimeoutSec|StartLimitIntervalSec|RestartSec|OnBootSec|OnUnitActiveSec|AccuracySec)=[0-9]+
Restart=on-failure
ExecStart=$bin/(remove-mount-points|retry-mounts)
ExecStart=$bin/start-container $container( /mnt/media/$share)+
ExecStopPost=$bin/stop-container $container
LINES
}

# The units in $WORK/units with a matching name.
units() { # GLOB
  while read -r unit_path; do
    # shellcheck disable=SC2254 # it is a pattern
    case ${unit_path#"$UNITS/"} in $1) echo "${unit_path#"$UNITS/"}" ;; esac
  done <"$WORK/units"
}

activate() { # apply | restore
  case $1 in
    apply) cp "$WORK/paths" "$WORK/units" ;;
    restore) applied_paths >"$WORK/units" ;;
  esac
  if [ "$1" = apply ] && [ -n "$(units 'run-homelab-*.mount')" ]; then
    . "$LIB/lib/packages.sh"
    need mount.nfs4 nfs-common
  fi
  # Changed and removed mounts are unmounted by their former units, before systemd reads the new ones.
  {
    changed_units | grep '\.mount$'
    wrong_mounts | cut -f1
  } | sort -u | while read -r unit; do unmount "$unit"; done
  changed_units | while read -r unit; do
    [ -e "$UNITS/$unit" ] || forget_unit "$unit"
  done
  while read -r unit; do without_drop_ins "${unit##*/}"; done <"$WORK/units"
  systemctl daemon-reload
  for unit in $(enabled_units); do
    [ ! -e "$UNITS/$unit" ] || systemctl -q reenable "$unit"
  done
  "$LIB/bin/remove-mount-points"
  # A NAS that is off is no failure of this host. At the first deployment it is still being set up.
  tries=1
  [ -f "$APPLIED" ] || tries=15
  while start_all && [ -n "$(missing)" ] && [ "$tries" -gt 1 ]; do
    tries=$((tries - 1))
    sleep 3
  done
  missing | while read -r folder; do say "$folder: $NOT_MOUNTED"; done
}
start_all() { # in parallel, to wait only once for a NAS that is off
  # shellcheck disable=SC2046 # names of units are single words
  systemctl start $(units 'mnt-media-*.mount') $(units 'homelab-start-*.service') $(units '*.timer') 2>/dev/null || true
}
changed_units() { sed "s|^$UNITS/||" "$CHANGED"; }
unmount() { # UNIT
  systemctl stop "$1" 2>/dev/null || true
  # the service that would remove the folder is gone or changed, so this does
  case $1 in mnt-media-*) rmdir "$ROOT$(folder_of "$1")" 2>/dev/null || true ;; esac
}
folder_of() { systemd-escape --unescape --path "${1%.mount}"; }
# stop-container leaves a container alone whose unit is gone: it keeps running, or a deployment has replaced it.
forget_unit() { # UNIT
  systemctl stop "$1" 2>/dev/null || true
  for link in "$UNITS"/*.wants/"$1"; do
    [ ! -L "$link" ] || rm -f "$link"
  done
  systemctl reset-failed "$1" 2>/dev/null || true
}

deactivate() {
  changed_units | grep '\.mount$' | while read -r unit; do unmount "$unit"; done
  changed_units | while read -r unit; do forget_unit "$unit"; done
  systemctl daemon-reload
}

folders() {
  units 'mnt-media-*.mount' | while read -r unit; do folder_of "$unit"; done
}
NOT_MOUNTED="not mounted; it is tried again every 30 seconds"
missing() {
  folders | while read -r folder; do
    is_mounted "$folder" || echo "$folder"
  done
}

# Mounts that differ from their units: another source, another mount on top, writable instead of read-only.
wrong_mounts() {
  units '*.mount' | while read -r unit; do
    awk -F= -v unit="$unit" '$1 == "What" { what = $2 } $1 == "Where" { where = $2 }
      $1 == "Options" { mode = "," $2 "," ~ /,ro,/ ? "ro" : $2 ~ /^rw,/ ? "rw" : "-" }
      END { if (what != "") print unit, where, what, mode }' "$UNITS/$unit" 2>/dev/null || true
  done >"$WORK/mounts-wanted"
  awk -f "$LIB/lib/mounts.awk" "$WORK/mounts-wanted" "$ROOT/proc/self/mountinfo"
}

watches() {
  applied_paths >"$WORK/units"
  mount_units
  enabled_units
}
mount_units() { units '*.mount' | grep -v '^run-' || true; }
enabled_units() {
  units 'homelab-start-*.service'
  units 'mnt-media-*.mount'
  units homelab-mountpoints.service
  units homelab-mounts.timer
}
drift() {
  applied_paths >"$WORK/units"
  missing | while read -r folder; do finding not-mounted "$folder" "$NOT_MOUNTED"; done
  wrong_mounts | while IFS="$(printf '\t')" read -r _ folder words; do finding changed "$folder" "$words"; done
  enabled_units | while read -r unit; do must_be_enabled "$unit"; done
  must_be_active homelab-mounts.timer "is off, so nothing looks after the mounts"
  while read -r unit; do must_be_whole "${unit##*/}"; done <"$WORK/units"
}

# A mount of the owner's below the same folder.
foreign() {
  for unit in "$UNITS"/mnt-media-*.mount; do
    [ ! -f "$unit" ] || echo "$unit"
  done
  ! grep -Eqs '^[^#]*[[:space:]]/mnt/media/' "$ROOT/etc/fstab" || echo "/etc/fstab, which mounts below /mnt/media"
}
