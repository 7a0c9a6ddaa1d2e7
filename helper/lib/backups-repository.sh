# shellcheck shell=sh disable=SC2153,SC2154 # capitals are variables of ../helper and of backups.sh
# The repository of this host's copies, as restic(1) has it. No secret is an argument: the password stays in its file, and
# what the target needs is read from another into the environment of restic alone.

KEYS=$ROOT/etc/homelab-backup # password, environment
CACHE=$ROOT/var/cache/homelab-backup
MADE=$BACKUPS/repository # where the last repository was opened
REACH_SECONDS=20

# For as many seconds at most; 0 is no limit.
restic_within() { # SECONDS ARGUMENT...
  (
    limit=$1
    shift
    unset RESTIC_PASSWORD RESTIC_PASSWORD_COMMAND RESTIC_REPOSITORY RESTIC_KEY_HINT
    while IFS= read -r assignment; do export "${assignment?}"; done <"$KEYS/environment"
    export RESTIC_PASSWORD_FILE="$KEYS/password" RESTIC_REPOSITORY_FILE="$WORK/repository" TZ=UTC HOME="${HOME:-/root}"
    exec timeout --foreground -k 60 "$limit" restic --cache-dir "$CACHE" "$@" </dev/null
  )
}
restic_on() { restic_within 0 "$@"; }
# The same, with what it says kept for a failure: standard output in $WORK/restic-out.
restic_or_fail() { # WORDS ARGUMENT...
  restic_words=$1
  shift
  restic_on "$@" >"$WORK/restic-out" 2>"$WORK/restic" || fail "$restic_words: $(restic_says)"
}
# The line of its errors that says most: in JSON or not, and after what only warns.
restic_says() {
  jq -rR '. as $line | try (fromjson | .message // .error.message // (.item // "") + " " + (.error | tostring)) catch $line' \
    "$WORK/restic" >"$WORK/restic-lines"
  said=$(sed -n 's/^Fatal: //p' "$WORK/restic-lines" | head -n 1)
  [ -n "$said" ] || said=$(awk 'NF && !/retrying after/ { print; exit }' "$WORK/restic-lines")
  case $said in
    *"wrong password"*) said="it was made with another password than this host has: put the former backupPassword back" ;;
    *"no space left"* | *"disk quota"*) said="$said: make room there" ;;
  esac
  printf '%s\n' "${said:-no reason was given}"
}

is_folder() { [ "$(declared .repository.kind)" = folder ]; }
# As it is declared, without secrets.
location() { declared '.repository | .path // .url'; }

# Opens the repository, and makes it where there is none: only in an empty place, and only if none was there before.
open_repository() {
  [ -s "$KEYS/password" ] || fail "this host has no password for its copies: npm run deploy"
  touch "$KEYS/environment"
  if is_folder; then
    reach_folder
    printf '%s\n' "$ROOT$(location)" >"$WORK/repository"
  else
    with_login "$(location)" >"$WORK/repository"
  fi
  opened=0
  # Opens it, and removes locks that a killed restic left: only those whose process is gone.
  restic_on unlock >/dev/null 2>"$WORK/restic" || opened=$?
  if [ "$opened" != 0 ]; then
    is_empty_place "$opened" || fail "the repository $(location) cannot be opened: $(restic_says)"
    [ "$(cat "$MADE" 2>/dev/null)" != "$(location)" ] ||
      fail "$(location) is empty, but this host's copies were there: is the disk mounted? To begin again in the empty place: sudo rm /var/lib/homelab/backups/repository"
    ! is_folder || make_way "$ROOT$(dirname "$(location)")"
    restic_or_fail "no repository can be made at $(location)" init
  fi
  [ "$(cat "$MADE" 2>/dev/null)" = "$(location)" ] || location | write_file "$MADE" 0600
  list_snapshots
}

# A mount that is gone leaves a folder of the disk below, and an NFS server that is gone lets programs wait for ever.
reach_folder() {
  mount=$(declared '.repository.mount // ""')
  [ -n "$mount" ] || return 0
  is_mounted "$mount" || fail "the share at $mount is not mounted, so nothing is written: is the NAS on?"
  timeout -k 5 "$REACH_SECONDS" ls "$ROOT$mount" >/dev/null 2>&1 || fail "the share at $mount does not answer: is the NAS on?"
}

# restic would make the folders above its own for its account alone. On a share other hosts have theirs beside it, and what
# root makes on the NAS is to them somebody else's: so each is like the one above. NFS knows only one owner and refuses another.
make_way() { # FOLDER
  [ ! -d "$1" ] || return 0
  make_way "${1%/*}"
  mkdir "$1" || fail "$1 cannot be made"
  chown --reference="${1%/*}" "$1" 2>/dev/null || true
  chmod --reference="${1%/*}" "$1" 2>/dev/null || true
}

# restic has a status of its own for this since 0.17; before, what the server said tells.
is_empty_place() { # STATUS
  if is_folder; then
    place=$ROOT$(location)
    [ ! -e "$place/config" ] || return 1
    # an `init` that was killed leaves keys that open nothing
    others=$(find "$place" -type f ! -path "$place/keys/*" 2>/dev/null | head -n 1)
    [ -z "$others" ] || return 1
    rm -rf "$place/keys"
    return 0
  fi
  [ "$1" != 10 ] || return 0
  grep -Eq "^Fatal: unable to open config file: .*(does not exist|doesn't exist|no such file)" "$WORK/restic"
}

# restic 0.14 takes the login of a REST server from its URL alone.
with_login() { # URL
  case $1 in rest:*) ;; *) printf '%s\n' "$1" && return ;; esac
  jq -rRn --arg url "$1" '[inputs | capture("^RESTIC_REST_(?<key>USERNAME|PASSWORD)=(?<value>.*)$")] |
    from_entries as $login | if $login.USERNAME == null then $url else
    $url | sub("://"; "://\($login.USERNAME | @uri):\($login.PASSWORD // "" | @uri)@") end' "$KEYS/environment"
}

list_snapshots() {
  restic_or_fail "the copies cannot be listed" snapshots --json --no-lock
  mv "$WORK/restic-out" "$WORK/listed"
}
# Those with a tag as they were listed last, the newest last, in $WORK/snapshots as "SECONDS<tab>ID<tab>TIME".
find_snapshots() { # TAG
  jq -r --arg tag "$1" -f "$WORK/backups-times.jq" "$WORK/listed" >"$WORK/unsorted"
  sort -n "$WORK/unsorted" >"$WORK/snapshots"
}
