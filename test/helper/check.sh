# shellcheck shell=sh disable=SC1091,SC2153 # files and variables of run-helper.sh
# Puts inputs to the checks of the helper, as before it applies them: files NUMBER.SETTING.json of a folder. Prints what it
# refuses, as "FILE: WORDS".
. "$LIB/lib/common.sh"
. "$LIB/lib/input.sh"
. "$LIB/lib/files.sh"
begin
for file in "$1"/*.json; do
  name=${file##*/}
  setting=${name#*.}
  (
    load "${setting%.json}"
    keep_input <"$file"
    read_input
    validate "$STAGE"
  ) >"$WORK/answer" 2>&1 || echo "$name: $(cat "$WORK/answer")"
  rm -rf "$WORK/stage"
done
