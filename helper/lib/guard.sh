# shellcheck shell=sh
# Commit-confirm: a setting that can lock everybody out holds only if it is confirmed over a new connection. Until then
# the former state lies in $STATE/pending, and a timer goes back to it, or the next boot if the power fails meanwhile.

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
  echo "$SETTING" >"$1/setting"
}

refuse_if_pending() {
  [ -d "$PENDING" ] || return 0
  [ "$(cat "$PENDING/setting")" = "$SETTING" ] ||
    refuse "$(cat "$PENDING/setting") waits for its confirmation; it reverts by itself"
}

# From here on this host goes back by itself. A change of a change that nobody confirmed goes back to before both.
arm() { # SECONDS TOKEN
  if [ ! -d "$PENDING" ]; then
    save_former "$PENDING.new"
    echo "$2" >"$PENDING.new/token"
    sync
    mv -T "$PENDING.new" "$PENDING"
  fi
  echo "$2" >"$PENDING/token"
  disarm
  deadline "$1"
}

deadline() { # SECONDS
  systemd-run --quiet --unit="$DEADLINE_UNIT" --on-active="${1}s" --timer-property=AccuracySec=1s \
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
    name=$(cat "$PENDING/setting")
    disarm
    drop_pending
    rm -f "$STATE/reverted/$name"
    say "$name: confirmed"
    return
  fi
  if [ ! -d "$PENDING" ] && grep -qxF "$1" "$STATE"/applied/*.digest 2>/dev/null; then
    say "in force already"
    return
  fi
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
  restore_files "$PENDING"
  if ! at_boot; then
    CHANGED=$WORK/reverted
    {
      applied_paths
      touches
    } >"$CHANGED"
    activate restore
  fi
  say "$1" >"$STATE/reverted/$SETTING"
  sync
  drop_pending
  at_boot || disarm
  say "$SETTING: back to the former state, because $1"
}
at_boot() { [ -n "${HOMELAB_BOOT:-}" ]; } # set by units/homelab-revert.service
