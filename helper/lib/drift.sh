# shellcheck shell=sh
# What differs from what was applied, in words, a line each.

MAX_FINDINGS=20 # a setting
MAX_WORDS=160   # characters a line

setting_drift() {
  [ -f "$APPLIED" ] || return 0
  { file_drift; live_drift; drift; } | cut -c "1-$MAX_WORDS" | awk '!seen[$0]++' | head -n "$MAX_FINDINGS"
}

# "+LINE" for what is there and should not be, "-LINE" for what is missing.
difference() { # EXPECTED ACTUAL
  diff "$1" "$2" | sed -n 's/^> */+/p; s/^< */-/p'
}

file_drift() {
  applied_paths | while read -r path; do
    if [ ! -f "$path" ]; then
      echo "$path: removed by hand"
      continue
    fi
    jq -j --arg path "$path" '.files[$path]' "$APPLIED" >"$WORK/expected"
    difference "$WORK/expected" "$path" | sed -n "s|^+\(..*\)|$path: has \"\1\"|p; s|^-\(..*\)|$path: lacks \"\1\"|p"
    [ "$(stat -c %a "$path")" = "$(mode_of "$path" | sed 's/^0//')" ] || echo "$path: its mode is $(stat -c %a "$path")"
  done
}

live_drift() {
  [ -s "$LIVE" ] || return 0
  live >"$WORK/live-now" 2>/dev/null || true
  difference "$LIVE" "$WORK/live-now" | words
}
