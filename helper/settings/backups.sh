# shellcheck shell=sh
# What of this host is copied where, and the timers of that. The copies themselves are of lib/backups*.sh.
. "$LIB/lib/packages.sh"

UNITS=$ROOT/etc/systemd/system
BACKUPS=$STATE/backups
TIMERS="homelab-backup.timer homelab-backup-drill.timer"
SERVICES="homelab-backup.service homelab-backup-drill.service"

may_write() {
  # shellcheck disable=SC2086 # words
  printf "$UNITS/%s\n" $SERVICES $TIMERS
}

check_extras() {
  said=$(jq -rf "$LIB/lib/backups-refused.jq" "$INPUT" 2>/dev/null) || said="the setting is not as it should be"
  [ -z "$said" ] || refuse "$(printf '%s\n' "$said" | head -n 1)"
}

validate() {
  unit_lines "$1$UNITS/homelab-backup.service" backup-all
  unit_lines "$1$UNITS/homelab-backup-drill.service" drill
  for timer in $TIMERS; do
    only_lines "$1$UNITS/$timer" <<'LINES'

#[^\]*
\[(Unit|Timer|Install)\]
Description=[A-Za-z0-9/_., '-]+
OnCalendar=[A-Za-z0-9*:., -]+
(RandomizedDelaySec|AccuracySec)=[0-9]+[smh]?
Persistent=true
WantedBy=timers\.target
LINES
  done
}
unit_lines() { # FILE COMMAND
  name='([a-z][a-z-]*\.(target|service)|[A-Za-z0-9][A-Za-z0-9_.\-]*\.mount)'
  only_lines "$1" <<LINES

#[^\]*
\[(Unit|Service)\]
Description=[A-Za-z0-9/_., '-]+
(Wants|After)=$name( $name)*
Type=oneshot
ExecStart=/usr/local/sbin/homelab-helper $2
Nice=[0-9]+
IOSchedulingClass=(idle|best-effort)
CPUSchedulingPolicy=(batch|idle)
TimeoutStartSec=([0-9]+[smhd]?|infinity)
LINES
}

activate() { # apply | restore
  if [ "$1" = apply ]; then
    need restic restic
    ! input '.repository.url // ""' | grep -q '^rclone:' || need rclone rclone
    keep_records
  fi
  for unit in $SERVICES $TIMERS; do without_drop_ins "$unit"; done
  systemctl daemon-reload
  for timer in $TIMERS; do
    [ ! -e "$UNITS/$timer" ] || keep_running "$timer"
  done
}

# A record for each set, from now on, so that one that is never copied is noticed. Copies in another repository do not count.
keep_records() {
  [ -d "$BACKUPS" ] || install -d -m 0700 "$BACKUPS"
  input '.repository | .path // .url' >"$WORK/target"
  if ! cmp -s "$WORK/target" "$BACKUPS/target"; then
    rm -f "$BACKUPS"/*.json
    write_file "$BACKUPS/target" 0600 <"$WORK/target"
  fi
  input '.sets[] | "\(.kind)-\(.name).json"' >"$WORK/records"
  for record in "$BACKUPS"/*.json; do
    [ ! -f "$record" ] || grep -qxF "${record##*/}" "$WORK/records" || rm -f "$record"
  done
  input '.sets[] | {set: .name, kind, ok: false, at: null, doneAt: null, bytes: null, snapshot: null, words: "", drill: null,
    since: (now | floor)} | "\(.kind)-\(.set).json\t\(tojson)"' >"$WORK/fresh"
  while IFS="$(printf '\t')" read -r file text; do
    [ -f "$BACKUPS/$file" ] || printf '%s\n' "$text" | write_file "$BACKUPS/$file" 0600
  done <"$WORK/fresh"
}

# The copies stay, and so do the records of where they are.
deactivate() {
  # shellcheck disable=SC2086 # words
  systemctl -q disable --now $TIMERS 2>/dev/null || true
  systemctl daemon-reload
  rm -f "$BACKUPS"/*.json "$BACKUPS/target"
}

# shellcheck disable=SC2086 # words
watches() { printf '%s\n' $SERVICES $TIMERS; }
drift() {
  for timer in $TIMERS; do
    must_be_active "$timer" "is off, so nothing is copied or proved"
    must_be_enabled "$timer"
  done
  for unit in $SERVICES $TIMERS; do must_be_whole "$unit"; done
  [ ! -f "$BACKUPS/swaps" ] || finding backup-failed "" "a restore is not finished, and goes on every minute: journalctl -u homelab-watch says why"
  for record in "$BACKUPS"/*.json; do
    [ ! -f "$record" ] || cat "$record"
  done | jq -rn --slurpfile setting "$APPLIED" -f "$LIB/lib/backups-findings.jq"
}
