# shellcheck shell=sh
# The desired state on standard input: nothing of it is trusted before it is checked.

MAX_INPUT=262144 # bytes

# The problem with an input that jq could parse, or nothing.
INPUT_PROBLEM='
def files: .[0].files // {};
if length != 1 or (.[0] | type != "object") then "the input is not one JSON object"
elif files | type != "object" or any(.[]; type != "array" or any(.[]; type != "string" or contains("\n"))) then
  "files must be a mapping of paths to lists of lines"
elif any(.. | strings; explode | any(. == 0)) then "a text has a zero byte"
elif files | keys | all(test("^(/[A-Za-z0-9._@\\\\-]+)+$") and (test("/\\.\\.?(/|$)") | not)) | not then
  "a path has signs that no path here has"
# A carriage return ends a line for some programs, and in jq $ also matches before a final line break.
elif any(.. | strings, (objects | keys[]); explode | any((. < 32 and . != 9) or . == 127)) then
  "a text has a control character"
else "" end'

# Reads standard input to its end into $INPUT, even if unused: some deployments fail if nobody reads what they send.
keep_input() {
  INPUT=$WORK/input.json
  if [ -t 0 ]; then return; fi
  head -c $((MAX_INPUT + 1)) >"$INPUT"
  cat >/dev/null
}

# Checks it, and writes its files below $WORK/stage.
read_input() {
  [ "$(wc -c <"$INPUT")" -le "$MAX_INPUT" ] || refuse "the input is larger than $MAX_INPUT bytes"
  problem=$(jq -rs "$INPUT_PROBLEM" "$INPUT" 2>/dev/null) || problem="the input is not one JSON object"
  [ -z "$problem" ] || refuse "$problem"
  paths_of "$INPUT" >"$WORK/paths"
  while read -r path; do
    path_allowed "$path" || refuse "$SETTING may not write $path"
    no_links "$path"
  done <"$WORK/paths"
  check_extras
  STAGE=$WORK/stage
  mkdir -p "$STAGE"
  unpack "$STAGE" "$INPUT" >/dev/null
}

# Whether the setting may write a file. A * in its list matches part of a file's name, never of a folder's.
path_allowed() { # PATH
  may_write >"$WORK/may-write"
  while read -r pattern; do
    [ "${1%/*}" = "${pattern%/*}" ] || continue
    # shellcheck disable=SC2254 # it is a pattern
    case ${1##*/} in ${pattern##*/}) return 0 ;; esac
  done <"$WORK/may-write"
  return 1
}

# Refuses a file with a line that matches none of the extended regular expressions on standard input, each for a whole
# line. So it does not matter how the program that reads the file treats other whitespace, quotes or continued lines.
only_lines() { # FILE
  cat >"$WORK/lines-allowed"
  [ -f "$1" ] || return 0
  only=0
  grep -aEvx -f "$WORK/lines-allowed" "$1" >"$WORK/lines-refused" || only=$?
  [ "$only" = 1 ] || refuse "${1##*/} may not say $(head -n 1 "$WORK/lines-refused")"
}
