# shellcheck shell=sh disable=SC2153,SC2154 # capitals are variables of ../helper and of backups.sh
# Copies sets into the repository.

STOPPED_SECONDS=3600 # how long containers wait for a copy, before it is given up
CLOCKS_DIFFER=60     # seconds

backup() {
  read_request 'keys - ["sets"] == [] and (.sets // [] | type == "array" and all(.[]; type == "string"))' \
    'the input must be {"sets": ["service/NAME", "share/NAME"]}, or {} for all'
  begin_backups
  if [ "$(input 'has("sets")')" = true ]; then
    input '.sets[]' >"$WORK/asked"
    choose_sets "$WORK/asked"
  fi
  lock_backups "$SOON"
  back_up_sets
}
backup_all() {
  begin_backups
  lock_backups "$LATER"
  back_up_sets
}

back_up_sets() {
  failed=0
  attempt open_repository
  if [ "$attempted" != 0 ]; then
    while IFS=$TAB read -r kind name; do report_failure; done <"$WORK/sets"
    exit 1
  fi
  while IFS=$TAB read -r kind name <&5; do
    began=$(date +%s)
    now_running backup "$kind" "$name"
    rm -f "$WORK/copied"
    attempt copy_set "$kind" "$name" 5<&-
    copied=$attempted
    if ! start_stopped && [ "$copied" = 0 ]; then
      echo "it was copied, but a container did not start again: $(paste -sd ' ' "$STOPPED")" >"$WORK/words"
      copied=1
    fi
    : >"$RUNNING"
    if [ -s "$WORK/copied" ]; then note_copy; fi
    if [ "$copied" = 0 ]; then
      attempt forget_old "$kind" "$name"
      copied=$attempted
    fi
    if [ "$copied" = 0 ]; then
      # shellcheck disable=SC2016 # variables of jq
      record "$kind" "$name" '.ok = true | .at = $at | .words = ""' --argjson at "$began"
      say "$kind/$name: copied, $bytes bytes, $(printf '%.8s' "$id")"
    else
      report_failure "$began"
    fi
  done 5<"$WORK/sets"
  return $failed
}
report_failure() { # [SECONDS]; uses kind, name
  failed=1
  record_failure "$kind" "$name" "${1:-$(date +%s)}" "$(cat "$WORK/words")"
  say "$kind/$name: failed: $(cat "$WORK/words")" >&2
}
# A copy is there and is whole, whatever comes after.
note_copy() {
  IFS=$TAB read -r id bytes <"$WORK/copied"
  # shellcheck disable=SC2016 # variables of jq
  record "$kind" "$name" '.doneAt = $at | .bytes = $bytes | .snapshot = $id' \
    --argjson at "$began" --argjson bytes "$bytes" --arg id "$id"
}

# A copy begins as a draft, tagged draft/KIND/NAME, and becomes one of the set's, tagged KIND/NAME, when it is known to be whole.
copy_set() { # KIND NAME
  find_parts "$1" "$2"
  of_set "$1" "$2" stop >"$WORK/stop"
  find_snapshots "$1/$2"
  refuse_misdated "$1/$2"
  manifest=$(manifest_path "$1" "$2")
  if [ -s "$WORK/stop" ]; then
    # what takes long happens while the containers still run; with them stopped only what has changed since is read
    write_manifest "$1" "$2"
    [ -s "$WORK/snapshots" ] || with_parts make_draft "$1/$2" "$manifest"
    stop_containers "$WORK/stop"
  fi
  write_manifest "$1" "$2"
  with_parts make_draft "$1/$2" "$manifest"
  still_stopped "was started while it was copied"
  changed_since "$manifest" >"$WORK/changed-since"
  if [ -s "$WORK/stop" ] && [ -s "$WORK/changed-since" ]; then
    fail "$(head -n 1 "$WORK/changed-since" | tr '\001' '?') changed while it was copied, though its containers were stopped: stop what writes there, or give the service x-homelab.backup: running"
  fi
  start_stopped || true # the caller tries again, and tells
  accept_draft "$1/$2"
  {
    echo "$id"
    cat "$WORK/changed-since"
  } | write_file "$BACKUPS/changed/$1-$2" 0600
  printf '%s\t%s\n' "$id" "$(awk -F '\t' '$1 == "f" { bytes += $5 } END { printf "%.0f", bytes }' "$manifest")" >"$WORK/copied"
}

make_draft() { # SET FILE-OR-FOLDER...
  draft=draft/$1
  shift
  status=0
  limit=0
  [ ! -f "$STOPPED" ] || limit=$STOPPED_SECONDS
  restic_within "$limit" backup --json --tag "$draft" -- "$@" >"$WORK/restic-out" 2>"$WORK/restic" || status=$?
  case $status in
    0) ;;
    3) only_gone ;;
    124 | 137) fail "it took longer than $((STOPPED_SECONDS / 60)) minutes, for which its containers did not run; the next copy goes on from there" ;;
    *) fail "$(restic_says)" ;;
  esac
  drafted=$(jq -rR 'fromjson? | select(.message_type == "summary") | .snapshot_id' "$WORK/restic-out" | tail -n 1)
}
# restic could not read some files. Those that are gone were deleted while it ran, which is not its fault.
only_gone() {
  jq -rR 'fromjson? | select(.message_type == "error") | .item // empty' "$WORK/restic" >"$WORK/items"
  [ -s "$WORK/items" ] || fail "$(restic_says)"
  while IFS= read -r item; do
    if [ -e "$item" ] || [ -L "$item" ]; then fail "$item could not be copied: $(restic_says)"; fi
  done <"$WORK/items"
}
# Uses drafted; says the copy's identifier in id.
accept_draft() { # SET
  [ -n "$drafted" ] || fail "restic did not say what it copied"
  restic_or_fail "the copy cannot be marked as whole" tag --set "$1" "$drafted"
  cp "$WORK/snapshots" "$WORK/snapshots-before"
  list_snapshots
  find_snapshots "$1"
  id=$(tail -n 1 "$WORK/snapshots" | cut -f 2)
  if [ -z "$id" ] || grep -qF "$TAB$id$TAB" "$WORK/snapshots-before"; then fail "the copy is not in the repository"; fi
}

# restic goes by time: for which copy is the latest, and for which ones to keep. A copy from the future, beside a clock that is
# known to be right, was made by one that was not, and is set aside. Else this host's clock was set back.
refuse_misdated() { # SET
  awk -F '\t' -v now="$(date +%s)" -v off="$CLOCKS_DIFFER" '$1 > now + off { print $2 "\t" $3 }' "$WORK/snapshots" >"$WORK/misdated"
  [ -s "$WORK/misdated" ] || return 0
  [ "$(timedatectl show --property=NTPSynchronized --value 2>/dev/null)" = yes ] ||
    fail "the clock of this host is behind the newest copy, of $(tail -n 1 "$WORK/misdated" | cut -f 2): timedatectl says whether it is right"
  # shellcheck disable=SC2046 # identifiers
  restic_or_fail "the copies from the future cannot be set aside" tag --set "misdated/$1" \
    $(cut -f 1 "$WORK/misdated")
  say "$1: set aside a copy from the future, of $(tail -n 1 "$WORK/misdated" | cut -f 2)"
  list_snapshots
  find_snapshots "$1"
}

# Removes the copies that `keep` does not ask for, and drafts of runs that failed.
forget_old() { # KIND NAME
  find_snapshots "draft/$1/$2"
  cut -f 2 "$WORK/snapshots" >"$WORK/drafts"
  # shellcheck disable=SC2046 # identifiers
  [ ! -s "$WORK/drafts" ] || restic_or_fail "it was copied, but drafts cannot be removed" forget $(cat "$WORK/drafts")
  restic_or_fail "it was copied, but old copies cannot be removed" forget --tag "$1/$2" --group-by tags --prune \
    --keep-daily "$(declared .keep.daily)" --keep-weekly "$(declared .keep.weekly)" --keep-monthly "$(declared .keep.monthly)"
}
