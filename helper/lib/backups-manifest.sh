# shellcheck shell=sh disable=SC2153 # capitals are variables of ../helper and of backups.sh
# The manifest of a copy: which folders, links and files it has, with a digest of each file, as they were when it was made. It
# lies in the copy itself, so that the copy can be held against it wherever it is restored.
#
#   part<tab>KIND<tab>NAME<tab>PATH        for each part of the set, then an entry a line:
#   TYPE<tab>MODE<tab>USER<tab>GROUP<tab>SIZE<tab>CHANGED<tab>CTIME<tab>INODE<tab>SHA256<tab>PATH
#   end<tab>COUNT
#
# TYPE is find's. A link's PATH is "PATH -> TARGET". In a name \001 takes the place of a line break. A file that has not
# changed since the last manifest keeps its digest, by the same signs by which restic does not read it again.

manifest_path() { echo "$BACKUPS/manifests/$1-$2"; } # KIND NAME

# Entries without digests, sorted by path.
look_through() { # FOLDER...
  facts='%y\t%m\t%U\t%G\t%s\t%T@\t%C@\t%i\t-\t'
  find "$@" \( -type l -printf "$facts%p -> %l\\0" \) -o \( \( -type f -o -type d \) -printf "$facts%p\\0" \) >"$WORK/looked" \
    2>"$WORK/look-errors" || true # of a live set files disappear meanwhile
  tr '\n\0' '\001\n' <"$WORK/looked" | sort -t "$TAB" -k 10
}
# The folders of $WORK/parts, each with an argument of its own: runs the command with them.
with_parts() { # COMMAND...
  while IFS=$TAB read -r _ _ path; do set -- "$@" "$path"; done <"$WORK/parts"
  "$@"
}

# Adds digests: those of FORMER where nothing has changed, else of the file itself.
add_digests() { # ENTRIES FORMER
  awk -f "$WORK/backups-known.awk" -v todo="$WORK/to-hash" "$2" "$1" >"$WORK/known"
  hash_files "$WORK/to-hash" >"$WORK/hashed"
  awk -f "$WORK/backups-digests.awk" "$WORK/hashed" "$WORK/known"
}
hash_files() { # FILE of paths
  tr '\001\n' '\n\0' <"$1" | xargs -0 -r sha256sum --zero -- 2>"$WORK/hash-errors" | tr '\n\0' '\001\n'
}

# Files that nobody can read fail the copy. Those that have gone meanwhile are left out.
write_manifest() { # KIND NAME
  file=$(manifest_path "$1" "$2")
  touch "$file"
  with_parts look_through >"$WORK/entries"
  add_digests "$WORK/entries" "$file" >"$WORK/entries-hashed"
  awk -F '\t' '$1 == "f" && $9 == "-" { print $10 }' "$WORK/entries-hashed" >"$WORK/unread"
  while IFS= read -r path; do
    [ ! -e "$path" ] || fail "$path cannot be read: $(last_line "$WORK/hash-errors")"
  done <"$WORK/unread"
  awk -F '\t' '!($1 == "f" && $9 == "-")' "$WORK/entries-hashed" >"$WORK/entries"
  {
    sed "s/^/part$TAB/" "$WORK/parts"
    cat "$WORK/entries"
    printf 'end\t%s\n' "$(wc -l <"$WORK/entries")"
  } | write_file "$file" 0600
}

# What has changed since the manifest was written, one path a line.
changed_since() { # MANIFEST
  with_parts look_through >"$WORK/entries-now"
  awk -f "$WORK/backups-changed.awk" "$1" "$WORK/entries-now"
}

# Fails with words unless what was restored below FOLDER is what the manifest says: of all its parts, or of the one at PART.
# PATHS lists what may differ, because it was changed while it was copied.
compare_with_manifest() { # MANIFEST FOLDER PATHS [PART]
  is_whole "$1" || fail "its manifest is damaged"
  awk -F '\t' -v part="${4:-}" '$1 == "part" && (part == "" || $4 == part) { print $4 }' "$1" >"$WORK/places"
  : >"$WORK/restored"
  while IFS= read -r place; do
    [ -d "$2$place" ] || fail "the copy lacks $place"
    look_through "$2$place" >>"$WORK/restored"
  done <"$WORK/places"
  add_digests "$WORK/restored" /dev/null >"$WORK/restored-hashed"
  awk -f "$WORK/backups-compare.awk" -v below="$2" -v part="${4:-}" "$3" "$1" "$WORK/restored-hashed" >"$WORK/differs"
  [ ! -s "$WORK/differs" ] ||
    fail "the copy differs from its manifest in $(wc -l <"$WORK/differs") places, first: $(head -n 1 "$WORK/differs" | tr '\001' '?')"
}
is_whole() { # MANIFEST
  awk -F '\t' '$1 == "end" { end = $2; ended = NR } $1 != "part" && $1 != "end" { count++ } END { exit !(ended == NR && end != "" && count + 0 == end + 0) }' "$1"
}
