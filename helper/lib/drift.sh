# shellcheck shell=sh
# Differences from the applied state, one a line: CODE<tab>ITEM<tab>WORDS. The program uses code and item; an item is a
# file, a unit, a share or another part of the setting, or empty. The words are for the owner. model/drift/codes.ts lists
# the codes.

setting_drift() {
  [ -f "$APPLIED" ] || return 0
  compare_files_applied "$APPLIED"
  watches >"$WORK/watches"
  look_at_units <"$WORK/watches"
  all_drift
}
to_heal() { grep -Ev "^(noticed|helper-changed|no-room|backup-failed|backup-stale|drill-failed|drill-stale)$(printf '\t')" || true; } # without findings that are only reported
all_drift() {
  ! is_unfinished || finding unfinished "" "its last change was cut off before it took effect"
  file_drift
  live_drift
  drift
}

finding() { # CODE ITEM WORDS
  printf '%s\t%s\t%s\n' "$1" "$2" "$3"
}

# Compares the actual with the desired lines: "+THERE", "-WANTED", or "~THERE<tab>WANTED" for a changed line.
difference() { # WANTED THERE
  diff "$1" "$2" | awk -f "$LIB/lib/difference.awk"
}
# The same as findings, for texts whose lines need no context.
line_findings() { # ITEM
  sed -n "s|^+\(..*\)|added\t$1\thas \"\1\"|p; s|^-\(..*\)|missing\t$1\tlacks \"\1\"|p; s|^~\(.*\)\t\(.*\)|changed\t$1\t\"\1\" instead of \"\2\"|p"
}

# Compares the files of applied states with the actual ones, all at once, and writes a line for each to $WORK/files: "same",
# "other" or "gone", its mode, and its path.
compare_files_applied() { # APPLIED...
  : >"$WORK/files"
  : >"$WORK/files-odd"
  [ -f "$1" ] || return 0
  unpack "$WORK/expected" "$@" >"$WORK/absolute"
  cut -c 2- "$WORK/absolute" >"$WORK/relative"
  [ -s "$WORK/relative" ] || return 0
  digests "$WORK/expected" >"$WORK/digests-wanted"
  digests / >"$WORK/digests"
  (cd / && xargs -r -d '\n' stat -c '%a  %n' -- <"$WORK/relative" 2>/dev/null) >"$WORK/modes" || true # some are gone
  awk -f "$LIB/lib/compare.awk" "$WORK/digests-wanted" "$WORK/digests" "$WORK/modes" >"$WORK/files"
  grep -v '^same 644 ' "$WORK/files" >"$WORK/files-odd" || true
}
digests() { # FOLDER
  # --zero prints a name with a backslash unchanged, as units have.
  (cd "$1" && xargs -r -d '\n' sha256sum --zero -- <"$WORK/relative" 2>/dev/null) | tr '\0' '\n'
}

file_drift() {
  # a shell reads byte by byte, so unchanged files are filtered out before the loop
  odd=$WORK/files-odd
  [ "$(mode_of any)" = 0644 ] || odd=$WORK/files
  while read -r verdict mode path; do
    path_allowed "$path" || continue
    if [ ! -f "$path" ]; then
      finding removed "$path" "removed by hand"
      continue
    fi
    [ "$verdict" = same ] || difference "$WORK/expected$path" "$path" | line_findings "$path"
    wanted=$(mode_of "$path")
    [ "$mode" = "${wanted#0}" ] || finding mode-changed "$path" "its mode is $mode"
  done <"$odd"
}

live_drift() {
  [ -s "$LIVE" ] || return 0
  live >"$WORK/live-now" 2>/dev/null || true
  cmp -s "$LIVE" "$WORK/live-now" || difference "$LIVE" "$WORK/live-now" | live_findings
}
