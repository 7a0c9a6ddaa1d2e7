# shellcheck shell=sh disable=SC2153 # capitals are variables of ../helper and of load
# The read-only look at a host. Its size is limited, so that a broken host cannot flood the caller. On a small host each
# program start costs a tenth of a second, of jq even more: so all settings are queried at once where possible, with Docker
# queried in parallel.

MAX_FINDINGS=20 # a setting
MAX_LENGTH=240  # characters a line

probe() {
  look_at_docker &
  docker_looks=$!
  compare_files_applied "$STATE"/applied/*.json
  if [ -e "$WORK/packed" ]; then sed -n 's/^=//p' "$WORK/packed"; fi >"$WORK/remembered"
  for name in $(settings); do
    (load "$name" && { [ ! -f "$APPLIED" ] || watches; })
  done >"$WORK/watches"
  look_at_units <"$WORK/watches"
  for name in $(settings); do
    (load "$name" && describe_setting)
  done >"$WORK/all-said" # not into a pipe, so that a setting that cannot be examined fails the probe
  awk -v most="$MAX_FINDINGS" -v length_of_line="$MAX_LENGTH" -f "$LIB/lib/said.awk" "$WORK/all-said" >"$WORK/said"
  listening >"$WORK/listening"
  room_for_images >"$WORK/room"
  nvidia_toolkit >"$WORK/nvidia"
  caller_address >"$WORK/caller"
  look_at_records >"$WORK/backups"
  cat "$STATE/backups/stopped" >"$WORK/resting" 2>/dev/null || true
  engine=false
  if wait "$docker_looks"; then engine=true; fi
  set -- said inspected made networks networks-made images volumes declared service-files rolled-back listening room nvidia stale-binds architectures caller backups resting
  for text in "$@"; do
    case $text in *-*) variable=${text%%-*}_${text#*-} ;; *) variable=$text ;; esac # without a process for each
    set -- "$@" --rawfile "$variable" "$WORK/$text"
    shift
  done
  jq -n --argjson protocol "$PROTOCOL" --argjson engine $engine --arg ours "$LABEL" "$@" -f "$LIB/lib/probe.jq"
}

# The setting of the copies in a line, and the record of each set in one.
look_at_records() {
  [ -f "$STATE/applied/backups.json" ] || return 0
  tr -d '\n' <"$STATE/applied/backups.json"
  echo
  cat "$STATE"/backups/*.json 2>/dev/null || true
}

# "=SETTING STATE DIGEST drift" with findings below it, or "=SETTING STATE - foreign" with foreign objects below it.
describe_setting() {
  state=absent digest='' pending=''
  if [ -f "$APPLIED" ]; then
    state=applied
    read -r digest <"$DIGEST" || true
  fi
  if [ -f "$STATE/reverted/$SETTING" ]; then state=reverted; fi
  if [ -f "$PENDING/setting" ]; then read -r pending <"$PENDING/setting" || true; fi
  if [ "$pending" = "$SETTING" ]; then state=pending; fi
  if [ -f "$APPLIED" ]; then
    printf '=%s\t%s\t%s\tdrift\n' "$SETTING" "$state" "$digest"
    if [ "$SETTING" = firewall ]; then forced_findings; fi
    all_drift
  elif [ "$SETTING" = firewall ] && [ -e "$FORCED" ]; then
    printf '=%s\t%s\t\tdrift\n' "$SETTING" "$state"
    forced_findings
  else
    printf '=%s\t%s\t\tforeign\n' "$SETTING" "$state"
    foreign
  fi
}
