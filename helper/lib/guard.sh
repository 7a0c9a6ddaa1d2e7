# shellcheck shell=sh
# Commit-confirm: a setting that can lock everybody out is kept only if it is confirmed over a new connection. Until then
# the former state is in $STATE/pending: files, and what the setting saved of its live state. A timer rolls back to it, or
# the next boot does if the power fails meanwhile; units/homelab-watch.timer covers the failure of both.

PENDING=$STATE/pending
DEADLINE_UNIT=homelab-revert-deadline

# Saves what a rollback of this setting would restore, whether it is guarded or not.
save_former() { # FOLDER
  rm -rf "$1"
  mkdir -p "$1"
  {
    cat "$CHANGED"
    touches
    echo "$APPLIED"
    echo "$LIVE"
    echo "$DIGEST"
  } | sort -u | save_files "$1"
  save_live "$1"
  echo "$SETTING" >"$1/setting"
}

refuse_if_pending() {
  [ -d "$PENDING" ] || return 0
  [ "$(cat "$PENDING/setting")" = "$SETTING" ] ||
    refuse "$(cat "$PENDING/setting") waits for its confirmation; it reverts by itself"
}

# From here on this host rolls back by itself. A change on top of an unconfirmed one rolls back both. The timer comes first:
# a timer without work is harmless, a pending state without a timer is not.
arm() { # SECONDS TOKEN
  disarm
  systemctl stop "$DEADLINE_UNIT.service" 2>/dev/null || true # it may be trying again
  deadline "$1"
  if [ ! -d "$PENDING" ]; then
    save_former "$PENDING.new"
    keep_admin "$PENDING.new/admin"
    note_deadline "$1" "$2" "$PENDING.new"
    sync
    mv -T "$PENDING.new" "$PENDING"
    sync "$STATE"
  else
    note_deadline "$1" "$2" "$PENDING"
  fi
}
# Records the deadline, by the uptime, which nobody can set.
note_deadline() { # SECONDS TOKEN FOLDER
  echo "$(boot_id) $(($(uptime_seconds) + $1))" >"$3/deadline"
  echo "$2" >"$3/token"
}
boot_id() { cat "$ROOT/proc/sys/kernel/random/boot_id" 2>/dev/null || echo unknown; }
uptime_seconds() { cut -d. -f1 "$ROOT/proc/uptime" 2>/dev/null || echo 0; }
overdue() {
  read -r boot due 2>/dev/null <"$PENDING/deadline" || return 0
  [ "$boot" != "$(boot_id)" ] || [ "$(uptime_seconds)" -ge "$due" ]
}

# Starts the timer; systemd restarts the rollback until it succeeds.
deadline() { # SECONDS
  systemd-run --quiet --unit="$DEADLINE_UNIT" --on-active="${1}s" --timer-property=AccuracySec=1s \
    --property=Restart=on-failure --property=RestartSec=10s --property=StartLimitIntervalSec=0 \
    /usr/local/sbin/homelab-helper revert
}

disarm() {
  systemctl stop "$DEADLINE_UNIT.timer" 2>/dev/null || true
  systemctl reset-failed "$DEADLINE_UNIT.service" 2>/dev/null || true
}

# Removed atomically, not file by file: half of it would be a state that never existed.
drop_pending() {
  rm -rf "$STATE/over"
  mv -T "$PENDING" "$STATE/over"
  rm -rf "$STATE/over"
}

confirm() { # TOKEN
  if [ -d "$PENDING" ] && [ "$(cat "$PENDING/token")" = "$1" ]; then
    load "$(cat "$PENDING/setting")"
    [ "$(cat "$DIGEST" 2>/dev/null)" = "$1" ] || too_late # the change was killed before its end
    drop_pending
    disarm
    rm -f "$STATE/reverted/$SETTING"
    say "$SETTING: confirmed"
    return
  fi
  if [ ! -d "$PENDING" ] && grep -qxF "$1" "$STATE"/applied/*.digest 2>/dev/null; then
    say "in force already"
    return
  fi
  too_late
}
too_late() {
  say "too late: this host has rolled back to its former settings, or got others" >&2
  exit 1
}

# Rolls back to the former state. At boot, before the services concerned have started, the files are enough; otherwise it
# runs as soon as the services are up.
revert() { # WHY
  [ -d "$PENDING" ] || {
    say "nothing waits for a confirmation"
    return
  }
  load "$(cat "$PENDING/setting")"
  if at_boot && needs_services; then
    deadline 60
    return
  fi
  go_back "$PENDING"
  say "$1" >"$STATE/reverted/$SETTING"
  sync
  drop_pending
  at_boot || disarm
  say "$SETTING: back to the former state, because $1"
}
at_boot() { [ -n "${HOMELAB_BOOT:-}" ]; } # set by units/homelab-revert.service

# Restores what save_former saved, and makes sure that somebody can log in afterwards.
go_back() { # FOLDER
  back=0
  restore_files "$1" || back=1
  if at_boot; then
    # the kernel's rules are not loaded yet; the watch checks them once the host is up
    if [ -s "$1/admin" ]; then cp "$1/admin" "$FORCED"; fi
    return "$back"
  fi
  CHANGED=$WORK/reverted
  {
    applied_paths
    touches
  } >"$CHANGED"
  (activate restore "$1") >&2 || back=1
  assure_ssh "$1/admin"
  return "$back"
}

# Runs every minute while there is work: a change whose timer was lost, and SSH that was forced open.
watch() {
  if [ -d "$PENDING" ] && overdue; then revert "nobody confirmed it in time"; fi
  release_ssh
}
