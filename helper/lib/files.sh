# shellcheck shell=sh
# Files of the system that a setting writes: whole, at once, and never through a link.

# Neither the file nor a folder above it may be a link: what is written must be what was permitted.
no_links() {
  at=$1
  while [ -n "$at" ]; do
    [ ! -L "$at" ] || refuse "$at is a symbolic link"
    at=${at%/*}
  done
}

# Puts standard input in the place of a file: a reader sees the old or the new one, also after a power cut.
write_file() { # PATH MODE
  no_links "$1"
  # one by one, since a caller that asks for the outcome takes "set -e" away
  if mkdir -p "$(dirname "$1")" && cat >"$1.homelab-new" && chmod "$2" "$1.homelab-new" && sync "$1.homelab-new" &&
    mv -T "$1.homelab-new" "$1"; then
    return
  fi
  rm -f "$1.homelab-new"
  return 1
}

# On a full disk nothing that is begun could be finished, nor taken back. A file system can also run out of inodes, one of
# which each file takes, while it has room for bytes.
MARGIN=1048576 # bytes; more than all files of all settings
FULL=16777216  # bytes; with fewer neither Docker nor a setting gets far
FEW_INODES=100
refuse_without_room() {
  if ! head -c $MARGIN /dev/zero 2>/dev/null >"$STATE/room" || ! sync "$STATE/room" 2>/dev/null; then
    rm -f "$STATE/room"
    lacks=$(full_disks "$STATE" | cut -f 2)
    refuse "the disk of $STATE ${lacks:-takes no file}: make room on it (docker system df says what images take), then deploy again"
  fi
  rm -f "$STATE/room"
}
# "FOLDER<tab>WHAT ITS DISK LACKS" for each of these folders that are on a full one; each disk once. Some file systems have
# no fixed number of inodes, and say 0.
full_disks() { # FOLDER...
  stat -f -c '%i:%b %a %S %d %c %n' "$@" 2>/dev/null | awk -v full="$FULL" -v few="$FEW_INODES" 'seen[$1]++ { next }
    { folder = substr($0, index($0, "/")) }
    $5 > 0 && $4 < few { print folder "\thas no inodes left: there are too many files on it (df -i)" }
    $2 * $3 < full { printf "%s\tis full: %d MB are left\n", folder, $2 * $3 / 1000000 }'
}

# Keeps what somebody else had in a file, once, so that it can be given back.
back_up() {
  if [ -f "$1" ] && [ ! -e "$STATE/backup$1" ]; then
    mkdir -p "$STATE/backup$(dirname "$1")"
    cp -p "$1" "$STATE/backup$1"
    say "kept what was in $1"
  fi
}

# Gives it back; where there was nothing, there is nothing again.
give_back() {
  if [ -e "$STATE/backup$1" ]; then
    mode=$(stat -c %a "$STATE/backup$1")
    write_file "$1" "$mode" <"$STATE/backup$1"
    rm -f "$STATE/backup$1"
  else
    rm -f "$1"
  fi
}

# Writes the files of desired states as texts below a folder, and prints their paths.
unpack() { # FOLDER JSON...
  below=$1
  shift
  # not into a pipe: an input that cannot be read is a failure
  jq -r --arg root "$ROOT" -f "$LIB/lib/states.jq" "$@" >"$WORK/packed"
  awk -v folder="$below" -f "$LIB/lib/unpack.awk" "$WORK/packed"
}

# Where on this host the files of a desired state are.
paths_of() { # JSON
  jq -r --arg root "$ROOT" '.files // {} | keys[] | $root + .' "$1"
}
applied_paths() { remembered path; }

# The paths that have to be written or removed, to $CHANGED.
compare_files() {
  CHANGED=$WORK/changed
  while read -r path; do
    if ! cmp -s "$STAGE$path" "$path" || [ "$(stat -c %a "$path")" != "$(mode_of "$path" | sed 's/^0//')" ]; then
      echo "$path"
    fi
  done <"$WORK/paths" >"$CHANGED"
  applied_paths | grep -vxF -f "$WORK/paths" >"$WORK/obsolete" || true
  while read -r path; do
    [ ! -e "$path" ] || echo "$path"
  done <"$WORK/obsolete" >>"$CHANGED"
}

write_files() { # those of $CHANGED
  applied_paths >"$WORK/ours"
  while read -r path; do
    if grep -qxF "$path" "$WORK/obsolete"; then
      give_back "$path"
      say "removed $path"
    else
      grep -qxF "$path" "$WORK/ours" || back_up "$path"
      write_file "$path" "$(mode_of "$path")" <"$STAGE$path"
      say "wrote $path"
    fi
  done <"$CHANGED"
}

# Copies files, or the fact that they are not there, so that restore_files can bring back exactly this.
save_files() { # FOLDER, paths on standard input
  mkdir -p "$1/files"
  : >"$1/absent"
  while read -r path; do
    if [ -f "$path" ]; then
      mkdir -p "$1/files$(dirname "$path")"
      cp -p "$path" "$1/files$path"
    else
      echo "$path" >>"$1/absent"
    fi
  done
}

# As many as can be: fails if some could not, which are in $WORK/not-restored then.
restore_files() { # FOLDER
  : >"$WORK/not-restored"
  (cd "$1/files" && find . -type f) | sed 's/^\.//' >"$WORK/saved"
  while read -r path; do
    mode=$(stat -c %a "$1/files$path")
    write_file "$path" "$mode" <"$1/files$path" || echo "$path" >>"$WORK/not-restored"
  done <"$WORK/saved"
  while read -r path; do
    rm -f "$path"
  done <"$1/absent"
  [ ! -s "$WORK/not-restored" ]
}
