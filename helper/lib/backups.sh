# shellcheck shell=sh disable=SC2153 # capitals are variables of ../helper and of common.sh
# Copies of what services and shares keep: the sets, their records, and what a run that was killed left behind. A set is a
# service or a share, KIND/NAME in what people and the program write. One run at a time has the lock of the copies, which is
# not the lock of changes: a copy may take hours, and a rollback must not wait for it.

BACKUPS=$STATE/backups
RUNNING=$BACKUPS/running # while a run lasts: what it does, as WHAT<tab>KIND<tab>NAME<tab>SECONDS, or nothing in particular
SCRATCH=$BACKUPS/scratch
RESTORED=$BACKUPS/restored # folders of a restore that are of no use after it, one a line
TAB=$(printf '\t')
SOON=5      # seconds that a person waits for a run that is in progress
LATER=21600 # and that a timer does

. "$LIB/lib/backups-repository.sh"
. "$LIB/lib/backups-containers.sh"
. "$LIB/lib/backups-manifest.sh"
. "$LIB/lib/backups-swap.sh"
. "$LIB/lib/backups-copy.sh"
. "$LIB/lib/backups-drill.sh"
. "$LIB/lib/backups-restore.sh"

# Reads what is declared, to $WORK/backups.json and "KIND<tab>NAME" a line in $WORK/sets. The programs that a run needs later
# are copied, since bootstrap may replace the helper meanwhile.
begin_backups() {
  [ -f "$STATE/applied/backups.json" ] ||
    refuse "this host has no backups: declare homelab:backups, and deploy"
  install -d -m 0700 "$BACKUPS" "$BACKUPS/manifests" "$BACKUPS/changed"
  cp "$STATE/applied/backups.json" "$WORK/backups.json"
  cp "$LIB"/lib/backups-*.awk "$LIB"/lib/backups-*.jq "$WORK"
  jq -r '.sets[] | "\(.kind)\t\(.name)"' "$WORK/backups.json" >"$WORK/sets"
}
declared() { jq -r "$1" "$WORK/backups.json"; }
# The volumes, folders or containers of a set, one a line.
of_set() { # KIND NAME volumes|folders|stop
  jq -r --arg kind "$1" --arg name "$2" --arg what "$3" \
    '.sets[] | select(.kind == $kind and .name == $name) | .[$what][]' "$WORK/backups.json"
}
# Its parts and where they are, as KIND<tab>NAME<tab>PATH; a folder's name is its path. Fails with words if one is not there.
find_parts() { # KIND NAME
  of_set "$1" "$2" volumes >"$WORK/volumes"
  of_set "$1" "$2" folders >"$WORK/folders"
  : >"$WORK/parts"
  while IFS= read -r volume; do
    path=$(docker volume inspect --format '{{.Mountpoint}}' "$volume" 2>"$WORK/docker") ||
      fail "there is no volume $volume, or Docker does not answer: $(last_line "$WORK/docker"); npm run deploy makes what is declared"
    [ -d "$path" ] || fail "the folder $path of the volume $volume is not there"
    printf 'volume\t%s\t%s\n' "$volume" "$path" >>"$WORK/parts"
  done <"$WORK/volumes"
  while IFS= read -r folder; do
    [ -d "$ROOT$folder" ] || fail "there is no folder $folder: is its disk mounted?"
    printf 'folder\t%s\t%s\n' "$folder" "$ROOT$folder" >>"$WORK/parts"
  done <"$WORK/folders"
}

# Ends the part of a run that has a shell of its own, with words for its record.
fail() { # WORDS
  say "$1${afterwords:-}" | tr '\t' ' ' | cut -c 1-240 >"$WORK/words"
  exit 1
}
last_line() { awk 'NF { last = $0 } END { print last }' "$1"; } # FILE
# Runs it in a shell of its own, so that any premature end is a failure: its status is then in $attempted, and its words are
# in $WORK/words. Must not be part of a condition, where its errors would not stop it.
attempt() { # FUNCTION ARGUMENT...
  rm -f "$WORK/words"
  set +e
  (
    set -e
    "$@"
  )
  attempted=$?
  set -e
  if [ "$attempted" != 0 ] && [ ! -s "$WORK/words" ]; then echo "ended unexpectedly, with status $attempted" >"$WORK/words"; fi
}

# The input of a command: an object with these keys and no others.
read_request() { # JQ-CONDITION WORDS
  [ -f "$INPUT" ] || echo '{}' >"$INPUT"
  [ -s "$INPUT" ] || echo '{}' >"$INPUT"
  [ "$(wc -c <"$INPUT")" -le "$MAX_INPUT" ] || refuse "the input is larger than $MAX_INPUT bytes"
  problem=$(jq -rs "$INPUT_PROBLEM" "$INPUT" 2>/dev/null) || problem="the input is not one JSON object"
  [ -z "$problem" ] || refuse "$problem"
  jq -e "$1" "$INPUT" >/dev/null 2>&1 || refuse "$2"
}
# Keeps those of the input in $WORK/sets, or all.
choose_sets() { # FILE of KIND/NAME
  while IFS= read -r set; do
    grep -qxF "${set%%/*}$TAB${set#*/}" "$WORK/sets" || refuse "there is no set $set here: $(tr '\t' '/' <"$WORK/sets" | paste -sd ' ')"
  done <"$1"
  tr '/' '\t' <"$1" >"$WORK/chosen"
  grep -xF -f "$WORK/chosen" "$WORK/sets" >"$WORK/sets-chosen"
  mv "$WORK/sets-chosen" "$WORK/sets"
}

# Allows one run at a time. Programs that a killed run left inherit the lock, and hold it until they have ended.
lock_backups() { # SECONDS to wait
  exec 6>"$BACKUPS/lock"
  flock -w "$1" 6 || refuse "another backup, restore or proof of this host is in progress: try again when it has ended"
  clean_up
  trap 'end_backups; rm -rf "$WORK"' EXIT
  : >"$RUNNING"
}
# However the run ends, short of kill -9: containers run again, and what is left to do is left to `watch`.
end_backups() {
  rm -rf "$SCRATCH"
  if finish_swaps && drop_restored && start_stopped; then rm -f "$RUNNING"; else : >"$RUNNING"; fi
}
drop_restored() {
  [ -f "$RESTORED" ] || return 0
  while IFS= read -r folder; do rm -rf "$folder"; done <"$RESTORED"
  rm -f "$RESTORED"
}
now_running() { # WHAT KIND NAME
  printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$(date +%s)" | write_file "$RUNNING" 0600
}

# What a run left that was killed: a swap to finish, containers to start, a record to write.
clean_up() {
  if [ -s "$RUNNING" ]; then
    IFS=$TAB read -r what kind name began <"$RUNNING"
    case $what in
      backup) record_failure "$kind" "$name" "$began" "was cut off before its end" ;;
      drill) record_proof "$kind" "$name" "$began" false "was cut off before its end" ;;
    esac
  fi
  end_backups
}
# By the watch, unless a run is in progress.
clean_up_backups() {
  [ -e "$RUNNING" ] || return 0
  exec 6>"$BACKUPS/lock"
  if flock -n 6; then clean_up; fi
}

record_path() { echo "$BACKUPS/$1-$2.json"; } # KIND NAME
# shellcheck disable=SC2016 # variables of jq
NO_RECORD='{"set": $name, "kind": $kind, "ok": false, "at": null, "doneAt": null, "bytes": null, "snapshot": null, "words": "", "drill": null, "since": now | floor}'
# Changes the record of a set, or makes one. The names are arguments of jq, so that none is a part of the program.
record() { # KIND NAME JQ-FILTER [JQ-ARGUMENT...]
  record_kind=$1 record_name=$2 record_filter=$3
  shift 3
  record_file=$(record_path "$record_kind" "$record_name")
  {
    cat "$record_file" 2>/dev/null || echo null
  } | jq -c --arg kind "$record_kind" --arg name "$record_name" "$@" "(. // ($NO_RECORD)) | $record_filter" >"$WORK/record"
  write_file "$record_file" 0600 <"$WORK/record"
}
# shellcheck disable=SC2016 # variables of jq
record_failure() { # KIND NAME SECONDS WORDS
  record "$1" "$2" '.ok = false | .at = $at | .words = $words' --argjson at "$3" --arg words "$4"
}
# shellcheck disable=SC2016
record_proof() { # KIND NAME SECONDS OK WORDS
  record "$1" "$2" '.drill = {ok: $ok, at: $at, words: $words}' --argjson at "$3" --argjson ok "$4" --arg words "$5"
}
# shellcheck disable=SC2016
record_of() { # KIND NAME JQ-FILTER
  jq -r "$3" "$(record_path "$1" "$2")" 2>/dev/null || true
}
