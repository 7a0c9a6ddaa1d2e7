# shellcheck shell=sh
# Keys of Docker's daemon.json. The owner's other keys stay; one that this engine does not know would keep it from
# starting, so the whole is put to `dockerd --validate` before it is written.

DAEMON=$ROOT/etc/docker/daemon.json
KEYS='["firewall-backend", "iptables", "ip6tables", "live-restore", "log-driver", "log-opts"]'
# shellcheck disable=SC2016 # jq's variable
# What would open the firewall, or send logs elsewhere, is nothing that the program asks for.
STRANGE_VALUES='to_entries | map(select(.value as $value | if .key == "log-opts" then
    $value | type == "object" and (to_entries | all(.key | . == "max-size" or . == "max-file")) and all(.[]; type == "string" and test("^[0-9]+[kmg]?$"))
  else ({"firewall-backend": ["iptables"], "iptables": [true], "ip6tables": [true], "live-restore": [true, false],
    "log-driver": ["json-file", "local", "journald"]}[.key] | index([$value]) != null) end | not) | .key) | join(", ")'

touches() { echo "$DAEMON"; }

check_extras() {
  jq -e '(.daemon | type == "object") and ((.optional // {}) | type == "object")' "$INPUT" >/dev/null ||
    refuse "daemon and optional must be mappings"
  input ".daemon + (.optional // {}) | keys - $KEYS | join(\", \")" >"$WORK/strange"
  [ "$(cat "$WORK/strange")" = "" ] || refuse "not a key of daemon.json that this helper sets: $(cat "$WORK/strange")"
  input ".daemon + (.optional // {}) | $STRANGE_VALUES" >"$WORK/strange"
  [ "$(cat "$WORK/strange")" = "" ] || refuse "not a value of daemon.json that this helper sets: $(cat "$WORK/strange")"
}

owner_keys() { # what the owner had, without what is ours
  if [ -f "$DAEMON" ]; then
    jq -e 'type == "object"' "$DAEMON" >/dev/null 2>&1 || refuse "$DAEMON is not JSON: mend or remove it"
    jq --argjson ours "$(applied '.daemon + (.optional // {})' | jq -s 'add // {}')" 'delpaths([$ours | keys[] | [.]])' "$DAEMON"
  else
    echo '{}'
  fi
}

# Swarm mode refuses live-restore; a key that is optional is left out where the engine does not know it.
validate() {
  owner_keys >"$WORK/owner.json"
  jq -n --slurpfile owner "$WORK/owner.json" --slurpfile input "$INPUT" '$owner[0] * $input[0].daemon' >"$WORK/daemon.json"
  if [ "$(docker info --format '{{.Swarm.LocalNodeState}}' 2>/dev/null)" = active ]; then
    jq 'del(."live-restore")' "$WORK/daemon.json" >"$WORK/without.json"
    mv "$WORK/without.json" "$WORK/daemon.json"
  fi
  valid "$WORK/daemon.json" || refuse "dockerd says: $(tail -n 1 "$WORK/dockerd-says")"
  input '.optional // {} | keys[]' | while read -r key; do
    jq --arg key "$key" --slurpfile input "$INPUT" '.[$key] = $input[0].optional[$key]' "$WORK/daemon.json" >"$WORK/with.json"
    if valid "$WORK/with.json"; then mv "$WORK/with.json" "$WORK/daemon.json"; fi
  done
}
valid() { dockerd --validate --config-file "$1" >"$WORK/dockerd-says" 2>&1; }

# live-restore first, by a reload: then containers outlive the restart that the other keys need.
activate() { # apply | restore
  if [ "$1" = apply ]; then
    same_json "$WORK/daemon.json" "$DAEMON" && return 0
    [ -f "$APPLIED" ] || back_up "$DAEMON"
    write_file "$DAEMON" 0644 <"$WORK/daemon.json"
    say "wrote $DAEMON"
  fi
  if systemctl -q is-active docker.service; then systemctl reload docker.service; fi
  restart
}
# However often it was restarted in the last minute.
restart() {
  systemctl reset-failed docker.service
  systemctl restart docker.service
}
same_json() { [ -f "$2" ] && [ "$(jq -S . "$1")" = "$(jq -S . "$2" 2>/dev/null)" ]; }

deactivate() {
  owner_keys >"$WORK/owner.json"
  if [ "$(jq length "$WORK/owner.json")" = 0 ] && [ ! -e "$STATE/backup$DAEMON" ]; then
    rm -f "$DAEMON"
  else
    # where both had a key, the owner's value comes back
    former=$STATE/backup$DAEMON
    [ -e "$former" ] || former=$WORK/owner.json
    jq -n --slurpfile now "$WORK/owner.json" --slurpfile former "$former" '$former[0] + $now[0]' >"$WORK/restored.json"
    write_file "$DAEMON" 0644 <"$WORK/restored.json"
    rm -f "$STATE/backup$DAEMON"
  fi
  restart
}

live() {
  [ -f "$DAEMON" ] || return 0
  jq -rS --slurpfile wanted "$APPLIED" \
    '($wanted[0].daemon + ($wanted[0].optional // {})) as $ours | to_entries[] | select(.key | in($ours)) | "\(.key): \(.value | tojson)"' \
    "$DAEMON" 2>/dev/null || echo "not JSON"
}
live_findings() { line_findings daemon.json; }
watches() { echo docker.service; }
drift() { must_be_active docker.service; }
foreign() { [ ! -f "$DAEMON" ] || echo "$DAEMON: its keys stay, ours are added"; }
