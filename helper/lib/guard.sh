# shellcheck shell=sh
# Commit-confirm: a setting that can lock everybody out holds only if it is confirmed over a new connection. Until then
# the former state lies in $STATE/pending: files, and what the setting itself keeps of what is in force. A timer goes back to
# it, or the next boot if the power fails meanwhile; units/homelab-watch.timer looks after both.

PENDING=$STATE/pending
DEADLINE_UNIT=homelab-revert-deadline

# What a change of this setting would have to bring back, whether it is guarded or not.
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

# From here on this host goes back by itself. A change of a change that nobody confirmed goes back to before both. The timer
# comes first: one that finds nothing to do harms nobody, a state that waits for none would.
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
# Until when it may wait, by the clock that nobody sets.
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

# Whatever kills it, it comes again.
deadline() { # SECONDS
  systemd-run --quiet --unit="$DEADLINE_UNIT" --on-active="${1}s" --timer-property=AccuracySec=1s \
    --property=Restart=on-failure --property=RestartSec=10s --property=StartLimitIntervalSec=0 \
    /usr/local/sbin/homelab-helper revert
}

disarm() {
  systemctl stop "$DEADLINE_UNIT.timer" 2>/dev/null || true
  systemctl reset-failed "$DEADLINE_UNIT.service" 2>/dev/null || true
}

# Gone at once, and not file by file: half of it would be a state that never was.
drop_pending() {
  rm -rf "$STATE/over"
  mv -T "$PENDING" "$STATE/over"
  rm -rf "$STATE/over"
}

confirm() { # TOKEN
  if [ -d "$PENDING" ] && [ "$(cat "$PENDING/token")" = "$1" ]; then
    load "$(cat "$PENDING/setting")"
    [ "$(cat "$DIGEST" 2>/dev/null)" = "$1" ] || too_late # it was killed before it was done
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
  say "too late: this host went back to its former settings, or was given others" >&2
  exit 1
}

# Back to the former state. At boot, before the services that it is about have started, the files are enough; where they
# are not, it is done as soon as the services are there.
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

# To what save_former kept, and so that somebody can log in afterwards, whatever that was.
go_back() { # FOLDER
  back=0
  restore_files "$1" || back=1
  if at_boot; then
    # the kernel's rules are not there yet; the watch looks at them when all is up
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

# Every minute while there is something to look after: a change whose timer was lost, and SSH that was opened by force.
watch() {
  if [ -d "$PENDING" ] && overdue; then revert "nobody confirmed it in time"; fi
  release_ssh
}
