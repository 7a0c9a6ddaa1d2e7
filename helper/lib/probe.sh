# shellcheck shell=sh
# The read-only look at a host. Bounded in size, so that a host that has gone mad cannot flood whoever asks.

probe() {
  : >"$WORK/settings"
  for name in $SETTINGS; do
    (load "$name" && describe_setting) >>"$WORK/settings"
  done
  engine_report >"$WORK/engine"
  jq -n --argjson protocol "$PROTOCOL" --slurpfile settings "$WORK/settings" --slurpfile engine "$WORK/engine" \
    '{protocol: $protocol, settings: ($settings | map({(.name): (del(.name, .foreign))}) | add),
      foreign: [$settings[].foreign[]]} + $engine[0]'
}

describe_setting() {
  state=absent digest=null
  if [ -f "$APPLIED" ]; then
    state=applied
    digest=$(cat "$DIGEST")
  fi
  if [ -f "$STATE/reverted/$SETTING" ]; then state=reverted; fi
  if [ "$(cat "$PENDING/setting" 2>/dev/null)" = "$SETTING" ]; then state=pending; fi
  drift_lines=$(setting_drift)
  foreign_lines=
  [ -f "$APPLIED" ] || foreign_lines=$(foreign)
  jq -cn --arg name "$SETTING" --arg state "$state" --arg digest "$digest" --arg drift "$drift_lines" --arg foreign "$foreign_lines" \
    'def lines: split("\n") | map(select(. != ""));
     {name: $name, state: $state, digest: (if $digest == "null" then null else $digest end), drift: ($drift | lines), foreign: ($foreign | lines)}'
}
