# shellcheck shell=sh
# The desired state on standard input: nothing of it is believed before it was looked at.

MAX_INPUT=262144 # bytes

# Reads it into $INPUT, and the files that it wants below $WORK/stage.
read_input() {
  INPUT=$WORK/input.json
  head -c $((MAX_INPUT + 1)) >"$INPUT"
  [ "$(wc -c <"$INPUT")" -le "$MAX_INPUT" ] || refuse "the input is larger than $MAX_INPUT bytes"
  jq -es 'length == 1 and (.[0] | type == "object")' "$INPUT" >/dev/null 2>&1 || refuse "the input is not one JSON object"
  jq -e '(.files // {}) | type == "object" and all(.[]; type == "array" and all(.[]; type == "string" and (contains("\n") | not)))' "$INPUT" >/dev/null ||
    refuse "files must be a mapping of paths to lists of lines"
  jq -e '[.. | strings | select(explode | any(. == 0))] | length == 0' "$INPUT" >/dev/null ||
    refuse "a text has a zero byte"
  jq -e '(.files // {}) | keys | all(test("^(/[A-Za-z0-9._@\\\\-]+)+$") and (test("/\\.\\.?(/|$)") | not))' "$INPUT" >/dev/null ||
    refuse "a path has signs that no path here has"
  input '.files // {} | keys[]' >"$WORK/paths"
  while read -r path; do
    path_allowed "$path" || refuse "$SETTING may not write $path"
    no_links "$path"
  done <"$WORK/paths"
  check_extras
  stage
}

stage() {
  STAGE=$WORK/stage
  mkdir -p "$STAGE"
  while read -r path; do
    mkdir -p "$STAGE$(dirname "$path")"
    file_of "$INPUT" "$path" >"$STAGE$path"
  done <"$WORK/paths"
}

# The text of a file in a desired state.
file_of() { # JSON PATH
  jq -r --arg path "$2" '.files[$path][]' "$1"
}
