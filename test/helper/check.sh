# shellcheck shell=sh disable=SC1091,SC2034,SC2153 # files and variables of run-helper.sh and the helper
# Puts inputs to the checks of the helper, as before it applies them: files NUMBER.SETTING.json of a folder. Prints what it
# refuses, as "FILE: WORDS". Beside one may lie NUMBER.SETTING.*.also: a path, and lines that the file of this path has as
# well. That is for many of them, as most of the time goes into reading JSON.
. "$LIB/lib/common.sh"
. "$LIB/lib/input.sh"
. "$LIB/lib/files.sh"
. "$LIB/lib/ssh-open.sh"
begin
set +e

answer() { # EXIT-CODE FILE
  [ "$1" = 0 ] || printf '%s: %s\n' "${2##*/}" "$(cat "$WORK/answer")"
}

for file in "$1"/*.json; do
  setting=$(basename "$file" .json)
  setting=${setting#*.}
  rm -rf "$WORK/stage"
  ( # by itself, as in a condition it would go on after a failure
    set -e
    load "$setting"
    keep_input <"$file"
    read_input
    validate "$STAGE"
  ) >"$WORK/answer" 2>&1
  answer $? "$file"
  for also in "${file%.json}".*.also; do
    [ -f "$also" ] || continue
    read -r path <"$also"
    cp "$WORK/stage$ROOT$path" "$WORK/as-it-was"
    sed 1d "$also" >>"$WORK/stage$ROOT$path"
    (
      set -e
      load "$setting"
      INPUT=$WORK/input.json
      validate "$WORK/stage"
    ) >"$WORK/answer" 2>&1
    answer $? "$also"
    mv "$WORK/as-it-was" "$WORK/stage$ROOT$path"
  done
done
