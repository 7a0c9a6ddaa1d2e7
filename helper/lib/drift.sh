# shellcheck shell=sh
# What differs from what was applied, a line each: CODE<tab>ITEM<tab>WORDS. The program goes by code and item, which is a
# file, a unit, a share or whatever else the setting has several of, or empty; the words are for the owner. The codes are
# those of model/drift/codes.ts.

MAX_FINDINGS=20 # a setting
MAX_LENGTH=240  # characters a line

setting_drift() {
  [ -f "$APPLIED" ] || return 0
  {
    file_drift
    live_drift
    drift
  } | cut -c "1-$MAX_LENGTH" | awk '!seen[$0]++' | head -n "$MAX_FINDINGS"
}

finding() { # CODE ITEM WORDS
  printf '%s\t%s\t%s\n' "$1" "$2" "$3"
}

# What is there and what should be, a line each: "+THERE", "-WANTED", or "~THERE<tab>WANTED" where one became the other.
difference() { # WANTED THERE
  diff "$1" "$2" | awk -f "$LIB/lib/difference.awk"
}
# The same as findings, for texts of which a line says enough.
line_findings() { # ITEM
  sed -n "s|^+\(..*\)|added\t$1\thas \"\1\"|p; s|^-\(..*\)|missing\t$1\tlacks \"\1\"|p; s|^~\(.*\)\t\(.*\)|changed\t$1\t\"\1\" instead of \"\2\"|p"
}

file_drift() {
  unpack "$APPLIED" "$WORK/expected" | while read -r path; do
    if [ ! -f "$path" ]; then
      finding removed "$path" "removed by hand"
      continue
    fi
    difference "$WORK/expected$path" "$path" | line_findings "$path"
    [ "$(stat -c %a "$path")" = "$(mode_of "$path" | sed 's/^0//')" ] ||
      finding mode-changed "$path" "its mode is $(stat -c %a "$path")"
  done
}

live_drift() {
  [ -s "$LIVE" ] || return 0
  live >"$WORK/live-now" 2>/dev/null || true
  difference "$LIVE" "$WORK/live-now" | live_findings
}
