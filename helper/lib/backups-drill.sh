# shellcheck shell=sh disable=SC2153,SC2154 # capitals are variables of ../helper and of backups.sh
# The proof that copies can be restored: the repository is checked, and the latest copy of each set is restored into a scratch
# folder of this host and held against its manifest.

READ_AT_RANDOM=1G   # of the repository, which the check reads and compares
CHECK_SECONDS=14400 # for each check

drill() {
  begin_backups
  lock_backups "$LATER"
  failed=0
  : >"$WORK/trouble"
  # restic tries for a quarter of an hour to read what is missing, so nothing is read of a repository that is not complete
  attempt open_repository
  [ "$attempted" != 0 ] || attempt check_repository
  readable=$attempted
  [ "$readable" != 0 ] || attempt check_repository --read-data-subset "$READ_AT_RANDOM"
  [ "$attempted" = 0 ] || mv "$WORK/words" "$WORK/trouble"
  while IFS=$TAB read -r kind name <&5; do
    began=$(date +%s)
    now_running drill "$kind" "$name"
    rm -f "$WORK/no-copy"
    if [ "$readable" = 0 ]; then attempt prove_set "$kind" "$name" 5<&-; fi
    : >"$RUNNING"
    rm -rf "$SCRATCH"
    if [ -e "$WORK/no-copy" ]; then
      say "$kind/$name: there is no copy yet"
      continue
    fi
    if [ "$attempted" = 0 ] && [ -s "$WORK/trouble" ]; then
      attempted=1
      cp "$WORK/trouble" "$WORK/words"
    fi
    if [ "$attempted" = 0 ]; then
      record_proof "$kind" "$name" "$began" true ""
      say "$kind/$name: the copy of $(cat "$WORK/proved") can be restored"
    else
      failed=1
      [ "$readable" = 0 ] || cp "$WORK/trouble" "$WORK/words"
      record_proof "$kind" "$name" "$began" false "$(cat "$WORK/words")"
      say "$kind/$name: not proved: $(cat "$WORK/words")" >&2
    fi
  done 5<"$WORK/sets"
  [ ! -s "$WORK/trouble" ] || failed=1
  return $failed
}

check_repository() { # [OPTION...]
  restic_within "$CHECK_SECONDS" check "$@" >/dev/null 2>"$WORK/restic" || fail "the repository is damaged: $(head -n 1 "$WORK/restic")"
}

prove_set() { # KIND NAME
  find_snapshots "$1/$2"
  if [ ! -s "$WORK/snapshots" ]; then
    case $(record_of "$1" "$2" .doneAt) in '' | null) touch "$WORK/no-copy" && return ;; esac
    fail "its copies are not in the repository any more"
  fi
  choose_snapshot latest
  fetch_manifest "$1" "$2"
  {
    of_set "$1" "$2" volumes
    of_set "$1" "$2" folders
  } >"$WORK/wanted"
  parts_of_manifest | cut -f 2 >"$WORK/there"
  while IFS= read -r part; do
    grep -qxF "$part" "$WORK/there" || fail "the copy of $time lacks $part"
  done <"$WORK/wanted"
  need_room "$BACKUPS"
  install -d -m 0700 "$SCRATCH"
  restic_or_fail "the copy of $time cannot be restored" restore "$id" --target "$SCRATCH"
  compare_with_manifest "$WORK/manifest" "$SCRATCH" "$WORK/free"
  echo "$time" >"$WORK/proved"
}
