# shellcheck shell=sh
# Keys of Docker's daemon.json. The owner's other keys stay. An unknown key would keep the engine from starting, so
# `dockerd --validate` checks the result before it is written.

DAEMON=$ROOT/etc/docker/daemon.json
KEYS='["default-address-pools", "firewall-backend", "iptables", "ip6tables", "live-restore", "log-driver", "log-opts"]'
# shellcheck disable=SC2016 # jq's variable
# The program never sets keys that would open the firewall or send logs elsewhere.
STRANGE_VALUES='to_entries | map(select(.value as $value | if .key == "log-opts" then
    $value | type == "object" and (to_entries | all(.key | . == "max-size" or . == "max-file")) and all(.[]; type == "string" and test("^[0-9]+[kmg]?$"))
  elif .key == "default-address-pools" then
    $value | type == "array" and all(.[]; type == "object" and keys == ["base", "size"] and
      (.base | type == "string" and test("^[0-9]+(\\.[0-9]+){3}/[0-9]+$")) and (.size | type == "number" and . >= 8 and . <= 29))
  else ({"firewall-backend": ["iptables"], "iptables": [true], "ip6tables": [true], "live-restore": [true, false],
    "log-driver": ["json-file", "local", "journald"]}[.key] | index([$value]) != null) end | not) | .key) | join(", ")'

touches() { echo "$DAEMON"; }

check_extras() {
  jq -e '(.daemon | type == "object") and ([.optional, .defaults] | all(. == null or type == "object"))' "$INPUT" >/dev/null ||
    refuse "daemon, optional and defaults must be mappings"
  input ".daemon + (.optional // {}) + (.defaults // {}) | keys - $KEYS | join(\", \")" >"$WORK/strange"
  [ "$(cat "$WORK/strange")" = "" ] || refuse "not a key of daemon.json that this helper sets: $(cat "$WORK/strange")"
  input ".daemon + (.optional // {}) + (.defaults // {}) | $STRANGE_VALUES" >"$WORK/strange"
  [ "$(cat "$WORK/strange")" = "" ] || refuse "not a value of daemon.json that this helper sets: $(cat "$WORK/strange")"
}

owner_keys() { # the owner's keys, without ours; of defaults, a value that is not ours is the owner's
  if [ -f "$DAEMON" ]; then
    jq -e 'type == "object"' "$DAEMON" >/dev/null 2>&1 || refuse "$DAEMON is not JSON: correct or remove it"
    jq --argjson ours "$(applied '.daemon + (.optional // {})' | jq -s 'add // {}')" \
      --argjson defaults "$(applied '.defaults // {}' | jq -s 'add // {}')" \
      'delpaths([$ours | keys[] | [.]]) | with_entries(select($defaults[.key] == null or $defaults[.key] != .value))' "$DAEMON"
  else
    echo '{}'
  fi
}

# Swarm mode refuses live-restore; an optional key is omitted if the engine does not know it, a default if the owner has it.
validate() {
  owner_keys >"$WORK/owner.json"
  jq -n --slurpfile owner "$WORK/owner.json" --slurpfile input "$INPUT" '($input[0].defaults // {}) + $owner[0] * $input[0].daemon' >"$WORK/daemon.json"
  if [ "$(docker info --format '{{.Swarm.LocalNodeState}}' 2>/dev/null)" = active ]; then
    jq 'del(."live-restore")' "$WORK/daemon.json" >"$WORK/without.json"
    mv "$WORK/without.json" "$WORK/daemon.json"
  fi
  valid "$WORK/daemon.json" || refuse "dockerd says: $(tail -n 1 "$WORK/dockerd-says" | sed "s|$WORK/daemon.json|$DAEMON|")"
  input '.optional // {} | keys[]' | while read -r key; do
    jq --arg key "$key" --slurpfile input "$INPUT" '.[$key] = $input[0].optional[$key]' "$WORK/daemon.json" >"$WORK/with.json"
    if valid "$WORK/with.json"; then mv "$WORK/with.json" "$WORK/daemon.json"; fi
  done
}
valid() {
  if dockerd --validate --config-file "$1" >"$WORK/dockerd-says" 2>&1; then return; fi
  [ -s "$WORK/dockerd-says" ] || echo "nothing; it ends as soon as it is started" >"$WORK/dockerd-says"
  return 1
}

# live-restore first, by a reload: containers then survive the restart that the other keys need.
activate() { # apply | restore
  if [ "$1" = apply ] && ! same_json "$WORK/daemon.json" "$DAEMON"; then
    [ -f "$APPLIED" ] || back_up "$DAEMON"
    write_file "$DAEMON" 0644 <"$WORK/daemon.json"
    say "wrote $DAEMON"
  elif [ "$1" = apply ] && in_force_now; then
    return
  fi
  if systemctl -q is-active docker.service; then systemctl reload docker.service; fi
  restart || return 1
  # If the clock was set back since, the file has a time in the future and would count as newer forever.
  ! file_is_news || touch -r "$ROOT/run/docker.pid" "$DAEMON"
  let_go_of_former_socket
}
# If somebody had stopped its socket as well, there is a new one now, and containers with the former one mounted get no answer.
let_go_of_former_socket() {
  docker ps --quiet --filter label=homelab.service 2>/dev/null |
    xargs -r docker inspect --format '{{.State.Pid}} {{.Id}}' | while read -r pid id; do
    ! grep -qs '/docker\.sock//deleted ' "$ROOT/proc/$pid/mountinfo" || docker restart "$id" >/dev/null || true
  done
}
in_force_now() {
  effect >"$WORK/effect-now"
  live | cmp -s - "$WORK/effect-now" && ! file_is_news && forwards && systemctl -q is-active docker.service &&
    systemctl -q is-enabled docker.service && has_containerd
}
# Without containerd Docker answers, but starts nothing. Docker's packages have it as a service, which starts with Docker.
CONTAINERD=containerd.service
has_containerd() { ! systemctl -q cat $CONTAINERD >/dev/null 2>&1 || systemctl -q is-active $CONTAINERD; }
# Regardless of the restart limit, and even if somebody masked it.
restart() {
  for unit in docker.service docker.socket $CONTAINERD; do systemctl -q unmask "$unit" 2>/dev/null || true; done
  systemctl -q enable docker.service
  systemctl reset-failed docker.service
  systemctl restart docker.service || {
    say "Docker does not start$(why_not)" >&2
    return 1
  }
}
# Docker reads the whole file only when it starts, and writes its PID file then.
file_is_news() { [ -n "$(find "$DAEMON" -newer "$ROOT/run/docker.pid" 2>/dev/null)" ]; }
forwards() { [ "$(cat "$ROOT/proc/sys/net/ipv4/ip_forward" 2>/dev/null)" = 1 ]; } # which Docker switches on when it starts
same_json() { [ -f "$2" ] && [ "$(jq -S . "$1")" = "$(jq -S . "$2" 2>/dev/null)" ]; }

deactivate() {
  owner_keys >"$WORK/owner.json"
  if [ "$(jq length "$WORK/owner.json")" = 0 ] && [ ! -e "$STATE/backup$DAEMON" ]; then
    rm -f "$DAEMON"
  else
    # for a key that both had, the owner's value is restored
    former=$STATE/backup$DAEMON
    [ -e "$former" ] || former=$WORK/owner.json
    jq -n --slurpfile now "$WORK/owner.json" --slurpfile former "$former" '$former[0] + $now[0]' >"$WORK/restored.json"
    write_file "$DAEMON" 0644 <"$WORK/restored.json"
    rm -f "$STATE/backup$DAEMON"
  fi
  restart
}

effect() { jq -rS --slurpfile wanted "$INPUT" -f "$LIB/lib/docker.jq" "$WORK/daemon.json"; }
live() {
  curl --silent --max-time 10 --unix-socket "$ROOT/run/docker.sock" http://docker/info >"$WORK/docker-info" || : >"$WORK/docker-info"
  [ -f "$DAEMON" ] || return 0
  jq -rS --slurpfile wanted "$APPLIED" --slurpfile info "$WORK/docker-info" -f "$LIB/lib/docker.jq" "$DAEMON" 2>/dev/null ||
    echo "daemon.json is not JSON"
}

# ", dockerd says: WORDS" if it complains, about its file or else in its log.
why_not() {
  if [ -f "$DAEMON" ] && ! valid "$DAEMON"; then
    tail -n 1 "$WORK/dockerd-says"
  else
    journalctl --quiet --unit=docker.service --lines=50 --output=cat 2>/dev/null | grep -E '^failed to start daemon|level=fatal' | tail -n 1
  fi | sed 's/^time=.* msg="\(.*\)"$/\1/; s/^/, dockerd says: /'
}

watches() { printf '%s\n' docker.service $CONTAINERD; }
drift() {
  unit_is docker.service active || finding not-running docker.service "does not run$(why_not)"
  must_be_enabled docker.service
  ! unit_is $CONTAINERD exists || must_be_active $CONTAINERD "does not run, so no container can be started"
  ! file_is_news || finding changed daemon.json "was changed after Docker read it"
  forwards || finding changed net.ipv4.ip_forward "is off, so no container reaches anything"
  listens=$(tr '\0' ' ' 2>/dev/null <"$ROOT/proc/$(cat "$ROOT/run/docker.pid" 2>/dev/null)/cmdline" | grep -oE '(-H|--host)[ =]tcp://[^ ]+' || true)
  ! grep -qs '"hosts"' "$DAEMON" || listens="$listens $(jq -r '.hosts // [] | .[] | select(startswith("tcp:"))' "$DAEMON" 2>/dev/null || true)"
  [ -z "$listens" ] || finding noticed docker.service "accepts commands over the network, which is as good as root access: $listens"
}
foreign() { [ ! -f "$DAEMON" ] || echo "$DAEMON: its keys stay, ours are added"; }
