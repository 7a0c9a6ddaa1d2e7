# shellcheck shell=sh disable=SC2153 # capitals are variables of ../helper
# Functions that every command of the helper uses.

MAX_LINE=300

# Prints one line to the caller, truncated, without control characters.
say() {
  printf '%s\n' "$1" | tr -d '\000-\010\013-\037\177' | cut -c "1-$MAX_LINE"
}

# Refuses a request before anything was changed.
refuse() {
  say "refused: $1" >&2
  exit 65
}

usage() {
  say "usage: homelab-helper version | probe | apply SETTING | remove SETTING | confirm TOKEN | revert | watch | renew |
  backup | backup-all | drill | restore | snapshots" >&2
  say "settings: $(settings | tr '\n' ' ')" >&2
  exit 64
}

# The names of all settings: one a file. Their order is the program's.
settings() {
  for file in "$LIB"/settings/*.sh; do
    file=${file##*/}
    echo "${file%.sh}"
  done
}

# Creates a folder for this run, which is removed at its end, and the folder that lasts from run to run.
begin() {
  [ "$(id -u)" = 0 ] || refuse "only root can do this"
  [ -d "$STATE" ] || install -d -m 0700 "$STATE"
  install -d -m 0700 "$STATE/applied" "$STATE/reverted" "$STATE/unfinished" "$STATE/backup"
  trap 'exit 1' HUP INT TERM
  make_work
}

# Removes the folders of runs that were killed: they contain their input, with passwords. Each folder is locked by its
# process, and the kernel releases the lock however the process ends. Serialized, since a new folder is not locked yet.
make_work() {
  exec 7>"$STATE/work.lock"
  flock 7
  for work in "$ROOT"/run/homelab.??????; do
    [ -d "$work" ] || continue
    exec 8<"$work"
    if flock -n 8; then rm -rf "$work"; fi
  done
  WORK=$(mktemp -d "$ROOT/run/homelab.XXXXXX")
  trap 'rm -rf "$WORK"' EXIT
  exec 8<"$WORK"
  flock 8
  exec 7>&-
}

# Allows one change at a time; a second one waits for up to a minute.
lock() {
  exec 9>"$STATE/lock"
  flock -w 60 9 || refuse "another change of this host is in progress"
}

version() {
  printf '{"protocol":%s,"version":"%s"}\n' "$PROTOCOL" "$(cat "$LIB/version" 2>/dev/null || true)"
}

# Loads the functions of a setting; those that it does not define do nothing.
# shellcheck disable=SC2034,SC2317 # used and called by the other parts of the helper
load() {
  SETTING=$1
  APPLIED=$STATE/applied/$SETTING.json
  LIVE=$STATE/applied/$SETTING.live
  DIGEST=$STATE/applied/$SETTING.digest
  UNFINISHED=$STATE/unfinished/$SETTING
  may_write() { :; }
  mode_of() { echo 0644; }
  is_guarded() { return 1; }
  touches() { :; }
  save_live() { :; }
  needs_services() { return 1; }
  check_extras() { :; }
  validate() { :; }
  activate() { :; }
  deactivate() { :; }
  kept() { cat "$INPUT"; }
  live() { :; }
  watches() { :; }
  effect() { live; }
  lets_in() { :; }
  live_findings() { line_findings ""; }
  drift() { :; }
  foreign() { :; }
  # shellcheck source=/dev/null # any of them
  . "$LIB/settings/$SETTING.sh"
}

# Run jq on the desired state, and on the one that was applied before.
input() { jq -r "$1" "$INPUT"; }
applied() { [ ! -f "$APPLIED" ] || jq -r "$1" "$APPLIED"; }

# From the applied state: `omv` (true or nothing), `hostname`, each `folder`, each `path`. The probe queries all settings at once.
remembered() { # WHAT
  remembered_in=$WORK/remembered
  if [ ! -f "$remembered_in" ]; then
    [ -f "$APPLIED" ] || return 0
    remembered_in=$WORK/looked-back
    look_up "$APPLIED" >"$remembered_in" || true
  fi
  awk -F '\t' -v setting="$SETTING" -v what="$1" '$1 == setting && $2 == what { print $3 }' "$remembered_in"
}
look_up() { # JSON
  jq -r --arg root "$ROOT" -f "$LIB/lib/states.jq" "$1" >"$WORK/looked-up"
  sed -n 's/^=//p' "$WORK/looked-up"
}

# The address of the SSH client that runs this, or nothing: sudo removes it from our environment, but has it in its own.
caller_address() {
  tr '\0' '\n' 2>/dev/null <"$ROOT/proc/$PPID/environ" | sed -n 's/^SSH_CONNECTION=\([0-9a-f.:]*\) .*/\1/p'
}

digest_of() { sha256sum <"$1" | cut -d' ' -f1; }
