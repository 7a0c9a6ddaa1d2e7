# shellcheck shell=sh
# System files that a setting writes: completely, atomically, and never through a link.

# Neither the file nor a folder above it may be a link: only the permitted file must be written.
no_links() {
  at=$1
  while [ -n "$at" ]; do
    [ ! -L "$at" ] || refuse "$at is a symbolic link"
    at=${at%/*}
  done
}

# Replaces a file by standard input: a reader sees the old or the new one, even after a power cut.
write_file() { # PATH MODE
  no_links "$1"
  # joined by &&, since "set -e" has no effect if the caller tests the result
  if mkdir -p "$(dirname "$1")" && cat >"$1.homelab-new" && chmod "$2" "$1.homelab-new" && sync "$1.homelab-new" &&
    mv -T "$1.homelab-new" "$1"; then
    return
  fi
  rm -f "$1.homelab-new"
  return 1
}

# On a full disk a change could neither be finished nor rolled back. A file system can also run out of inodes, of which each
# file takes one, while it still has free bytes.
MARGIN=1048576 # bytes; more than all files of all settings
FULL=16777216  # bytes; with fewer neither Docker nor a setting gets far
FEW_INODES=100
refuse_without_room() {
  if ! head -c $MARGIN /dev/zero 2>/dev/null >"$STATE/room" || ! sync "$STATE/room" 2>/dev/null; then
    rm -f "$STATE/room"
    lacks=$(full_disks "$STATE" | cut -f 2)
    refuse "the disk of $STATE ${lacks:-takes no file}: make room on it (docker system df shows what images use), then deploy again"
  fi
  rm -f "$STATE/room"
}
# "FOLDER<tab>WHAT ITS DISK LACKS" for each of these folders on a full disk; each disk once. Some file systems have no fixed
# number of inodes, and report 0.
full_disks() { # FOLDER...
  stat -f -c '%i:%b %a %S %d %c %n' "$@" 2>/dev/null | awk -v full="$FULL" -v few="$FEW_INODES" 'seen[$1]++ { next }
    { folder = substr($0, index($0, "/")) }
    $5 > 0 && $4 < few { print folder "\thas no inodes left: there are too many files on it (df -i)" }
    $2 * $3 < full { printf "%s\tis full: %d MB are left\n", folder, $2 * $3 / 1000000 }'
}

# Reads the kernel's mount table: a program that accesses the folder would wait for a NAS that may be gone.
is_mounted() { cut -d' ' -f5 "$ROOT/proc/self/mountinfo" | grep -qxF "$1"; }

# Backs up somebody else's file, once, so that it can be restored.
back_up() {
  if [ -f "$1" ] && [ ! -e "$STATE/backup$1" ]; then
    mkdir -p "$STATE/backup$(dirname "$1")"
    cp -p "$1" "$STATE/backup$1"
    say "kept what was in $1"
  fi
}

# Restores it; removes the file if there was none.
give_back() {
  if [ -e "$STATE/backup$1" ]; then
    mode=$(stat -c %a "$STATE/backup$1")
    write_file "$1" "$mode" <"$STATE/backup$1"
    rm -f "$STATE/backup$1"
  else
    rm -f "$1"
  fi
}

# Writes the files of desired states below a folder, and prints their paths.
unpack() { # FOLDER JSON...
  below=$1
  shift
  # not into a pipe, so that an unreadable input is a failure
  jq -r --arg root "$ROOT" -f "$LIB/lib/states.jq" "$@" >"$WORK/packed"
  awk -v folder="$below" -f "$LIB/lib/unpack.awk" "$WORK/packed"
}

# Paths on this host of a desired state's files.
paths_of() { # JSON
  jq -r --arg root "$ROOT" '.files // {} | keys[] | $root + .' "$1"
}
applied_paths() { remembered path; }

# Lists the paths to write or remove in $CHANGED.
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

# Saves files, or records their absence, so that restore_files can restore exactly this state.
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

# Restores as many as possible; fails if some could not be, and lists those in $WORK/not-restored.
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
