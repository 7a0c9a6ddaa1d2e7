# shellcheck shell=sh
# What differs from what was applied, in words, a line each.

MAX_FINDINGS=20 # a setting
MAX_WORDS=160   # characters a line

setting_drift() {
  [ -f "$APPLIED" ] || return 0
  {
    file_drift
    live_drift
    drift
  } | cut -c "1-$MAX_WORDS" | awk '!seen[$0]++' | head -n "$MAX_FINDINGS"
}

# What is there and what should be, a line each: "+THERE", "-WANTED", or "~THERE<tab>WANTED" where one became the other.
difference() { # WANTED THERE
  diff "$1" "$2" | awk -f "$LIB/lib/difference.awk"
}
# The same in words, for texts of which a line says enough.
line_words() { # PREFIX
  sed -n "s|^+\(..*\)|${1}has \"\1\"|p; s|^-\(..*\)|${1}lacks \"\1\"|p; s|^~\(.*\)\t\(.*\)|${1}\"\1\" instead of \"\2\"|p"
}

file_drift() {
  unpack "$APPLIED" "$WORK/expected" | while read -r path; do
    if [ ! -f "$path" ]; then
      echo "$path: removed by hand"
      continue
    fi
    difference "$WORK/expected$path" "$path" | line_words "$path: "
    [ "$(stat -c %a "$path")" = "$(mode_of "$path" | sed 's/^0//')" ] || echo "$path: its mode is $(stat -c %a "$path")"
  done
}

live_drift() {
  [ -s "$LIVE" ] || return 0
  live >"$WORK/live-now" 2>/dev/null || true
  difference "$LIVE" "$WORK/live-now" | words
}
