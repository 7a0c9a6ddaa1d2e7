# shellcheck shell=sh disable=SC2153 # capitals are variables of ../helper and of load
# The read-only look at a host. Bounded in size, so that a host that has gone mad cannot flood whoever asks. Each program
# that is started costs a small host a tenth of a second, jq more than others: it is run once, at the end.

probe() {
  for name in $(settings); do
    (load "$name" && describe_setting)
  done >"$WORK/said"
  engine=false
  if look_at_docker; then engine=true; fi
  listening >"$WORK/listening"
  jq -n --argjson protocol "$PROTOCOL" --argjson engine $engine --arg ours "$LABEL" --rawfile said "$WORK/said" \
    --rawfile inspected "$WORK/inspected" --rawfile made "$WORK/made" --rawfile networks "$WORK/networks" \
    --rawfile networks_made "$WORK/networks-made" --rawfile listening "$WORK/listening" -f "$LIB/lib/probe.jq"
}

# "setting NAME STATE DIGEST", and below it "drift CODE ITEM WORDS" and "foreign WORDS", a line each, with tabs between.
describe_setting() {
  state=absent digest=
  if [ -f "$APPLIED" ]; then
    state=applied
    digest=$(cat "$DIGEST")
  fi
  if [ -f "$STATE/reverted/$SETTING" ]; then state=reverted; fi
  if [ "$(cat "$PENDING/setting" 2>/dev/null)" = "$SETTING" ]; then state=pending; fi
  printf 'setting\t%s\t%s\t%s\n' "$SETTING" "$state" "$digest"
  if [ -f "$APPLIED" ]; then
    setting_drift | sed 's/^/drift\t/'
  else
    foreign | sed 's/^/foreign\t/'
  fi
}
