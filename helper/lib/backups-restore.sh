# shellcheck shell=sh disable=SC2153,SC2154 # capitals are variables of ../helper and of backups.sh
# Restores a set from a copy: into a folder of its own, or in the place of what is there.

RESTORE_INPUT='the input must be {"set": "service/NAME", "at": "latest", an identifier or a time, "to": "/srv/FOLDER"}, at and to if you like'
TIME='^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$'

restore() {
  read_request "keys - [\"set\", \"at\", \"to\"] == [] and (.set | type == \"string\") and
    (.at // \"latest\" | type == \"string\" and test(\"^latest\$|^[0-9a-f]{8,64}\$|$TIME\")) and
    (.to // \"/\" | type == \"string\")" "$RESTORE_INPUT"
  begin_backups
  input .set >"$WORK/asked"
  choose_sets "$WORK/asked"
  IFS=$TAB read -r kind name <"$WORK/sets"
  when=$(input '.at // "latest"')
  to=$(input '.to // ""')
  [ -z "$to" ] || check_target "$to"
  lock_backups "$SOON"
  attempt open_repository
  [ "$attempted" != 0 ] || attempt restore_set "$kind" "$name" "$when" "$to"
  if [ "$attempted" != 0 ]; then
    say "$kind/$name: $(cat "$WORK/words")" >&2
    exit 1
  fi
}

# A folder of people's, which is absent or empty, and neither in a set nor in the repository.
check_target() { # PATH
  jq -e '.to | test("^/(srv|mnt|media|data|export|home|opt|root)(/[^/\\\\*?\\[\\]]+)+$") and (test("/\\.\\.?(/|$)") | not)' "$INPUT" >/dev/null ||
    refuse "to must be a folder below /srv, /mnt, /media, /data, /export, /home, /opt or /root"
  no_links "$ROOT$1"
  [ -d "$ROOT${1%/*}" ] || refuse "there is no folder ${1%/*}: make it, or name another"
  [ ! -e "$ROOT$1" ] || { [ -d "$ROOT$1" ] && [ -z "$(ls -A "$ROOT$1")" ]; } || refuse "$1 is not empty: name a folder that does not exist"
  declared '(.sets[].folders[]), (.repository.path // empty)' >"$WORK/taken"
  while IFS= read -r folder; do
    case $1/ in "$folder"/*) refuse "$1 is in $folder, which has copies itself or is copied: name another folder" ;; esac
  done <"$WORK/taken"
}

restore_set() { # KIND NAME AT TO
  find_snapshots "$1/$2"
  choose_snapshot "$3"
  fetch_manifest "$1" "$2"
  now_running restore "$1" "$2"
  if [ -n "$4" ]; then restore_to "$ROOT$4"; else restore_in_place "$1" "$2"; fi
}

# Says in id and time which copy is meant.
choose_snapshot() { # AT
  [ -s "$WORK/snapshots" ] || fail "there is no copy of it yet"
  case $1 in *T*) seconds=$(date -d "$1" +%s.%N 2>/dev/null) || fail "$1 is no time" ;; esac
  case $1 in
    latest) tail -n 1 "$WORK/snapshots" ;;
    *T*) awk -F '\t' -v at="$seconds" '$1 <= at + 0' "$WORK/snapshots" | tail -n 1 ;;
    *) awk -F '\t' -v id="$1" 'index($2, id) == 1' "$WORK/snapshots" ;;
  esac >"$WORK/chosen"
  case $1 in
    *T*) [ -s "$WORK/chosen" ] || fail "the first copy is later, of $(head -n 1 "$WORK/snapshots" | cut -f 3)" ;;
    *) [ "$(wc -l <"$WORK/chosen")" = 1 ] || fail "there is no one copy $1 of it: npm run backups lists them" ;;
  esac
  IFS=$TAB read -r _ id time <"$WORK/chosen"
}
# The manifest of copy id, in $WORK/manifest, and the paths that were changed while it was made, in $WORK/free.
fetch_manifest() { # KIND NAME
  restic_or_fail "the manifest of the copy cannot be read" dump "$id" "$(manifest_path "$1" "$2")"
  mv "$WORK/restic-out" "$WORK/manifest"
  is_whole "$WORK/manifest" || fail "its manifest is damaged"
  : >"$WORK/free"
  changed=$BACKUPS/changed/$1-$2
  [ "$(head -n 1 "$changed" 2>/dev/null)" != "$id" ] || sed 1d "$changed" >"$WORK/free"
}
parts_of_manifest() { awk -F '\t' '$1 == "part"' "$WORK/manifest" | cut -f 2-; }

# The room that a restored part needs, beside a margin; nothing is written where there is too little.
need_room() { # FOLDER [PART]
  needed=$(awk -F '\t' -v part="${2:-}" '$1 == "f" && (part == "" || index($10, part "/") == 1) { bytes += $5 } END { printf "%.0f", bytes }' "$WORK/manifest")
  free=$(stat -f -c '%a %S' "$1" | awk '{ printf "%.0f", $1 * $2 }')
  [ "$free" -gt $((needed + needed / 20 + FULL)) ] ||
    fail "there is no room for it at $1: it needs $((needed / 1000000)) MB, and $((free / 1000000)) MB are free"
}

restore_to() { # FOLDER
  need_room "${1%/*}"
  [ -d "$1" ] || mkdir -m 0700 "$1"
  export afterwords="; what could be restored is in ${1#"$ROOT"}/restored" # of `fail`
  restic_or_fail "not all of it can be restored" restore "$id" --target "$1/restored"
  compare_with_manifest "$WORK/manifest" "$1/restored" "$WORK/free"
  parts_of_manifest >"$WORK/parts-there"
  while IFS=$TAB read -r what part path; do
    case $what in
      volume) there=$1/volumes/$part ;;
      *) there=$1/folders${path#"$ROOT"} ;;
    esac
    mkdir -p "${there%/*}"
    mv -T "$1/restored$path" "$there"
  done <"$WORK/parts-there"
  rm -rf "$1/restored"
  say "restored the copy of $time to ${1#"$ROOT"}"
}

# First beside what is there, on the same file system, and held against the manifest; only then anything is touched.
restore_in_place() { # KIND NAME
  of_set "$1" "$2" folders | sed -n "s|^/var/lib/homelab-data/|$ROOT&|p" >"$WORK/own-folders"
  while IFS= read -r folder; do mkdir -p "$folder"; done <"$WORK/own-folders" # which the next deployment would make
  find_parts "$1" "$2"
  parts_of_manifest >"$WORK/parts-there"
  : >"$WORK/to-swap"
  sed "s/.*$TAB//; s/\$/.homelab-restored/" "$WORK/parts" | write_file "$RESTORED" 0600
  while IFS=$TAB read -r what part path <&4; do
    was=$(awk -F '\t' -v what="$what" -v part="$part" '$1 == what && $2 == part { print $3 }' "$WORK/parts-there")
    [ -n "$was" ] || fail "the copy of $time lacks the $what $part: choose another with --at, or restore it into a folder with --to"
    [ "$(stat -c %d "$path")" = "$(stat -c %d "${path%/*}")" ] ||
      fail "$path is a file system of its own, so nothing can be put beside it: restore into a folder with --to, and copy it from there"
    rm -rf "$path.homelab-restored"
    need_room "${path%/*}" "$was"
    restic_or_fail "it cannot be restored, so nothing is changed" restore "$id" --target "$path.homelab-restored" --include "$was"
    compare_with_manifest "$WORK/manifest" "$path.homelab-restored" "$WORK/free" "$was"
    printf '%s\t%s\n' "$path" "$path.homelab-restored$was" >>"$WORK/to-swap"
  done 4<"$WORK/parts"
  of_set "$1" "$2" stop >"$WORK/stop"
  add_users "$WORK/stop"
  stop_containers "$WORK/stop"
  swap "$WORK/to-swap" || fail "it cannot be put in its place, and the former data comes back: $(last_line "$WORK/move")"
  while IFS=$TAB read -r target _; do
    say "restored the copy of $time to ${target#"$ROOT"}; what was there is in ${target#"$ROOT"}.before-restore until the next restore"
  done <"$WORK/to-swap"
}
# The containers that mount one of the parts, or what is in it, or around it.
add_users() { # FILE
  see_containers
  awk -F '\t' -f "$WORK/backups-users.awk" "$WORK/parts" "$WORK/containers" >"$WORK/users"
  grep -vxF -f "$1" "$WORK/users" >"$WORK/other-users" || true
  cat "$WORK/other-users" >>"$1"
}

# Prints the copies that there are, as JSON. Changes nothing, so that a backup in progress does not matter.
snapshots() {
  begin_backups
  attempt list_copies
  if [ "$attempted" != 0 ]; then
    say "$(cat "$WORK/words")" >&2
    exit 1
  fi
}
list_copies() {
  open_repository
  jq -c --slurpfile setting "$WORK/backups.json" -f "$WORK/backups-listed.jq" "$WORK/listed"
}
