# shellcheck shell=sh
# The probe's look at Docker, as texts for probe.jq. Nothing is changed. Sourced by the helper, which is root.

LABEL=homelab.service
DEPLOY=deploy
DOCKER_SECONDS=10

# To $WORK: what the engine says of all containers and of our networks, and how those that we made were. Fails if it does not
# answer. Not by Docker's own client, of which each start costs a small host half a second.
look_at_docker() {
  home=$(getent passwd $DEPLOY | cut -d: -f6)
  records containers >"$WORK/made"
  records networks >"$WORK/networks-made"
  for text in networks inspected; do : >"$WORK/$text"; done
  engine --fail --fail-early --output "$WORK/networks" "http://docker/networks?filters=%7B%22label%22%3A%5B%22$LABEL%22%5D%7D" \
    --output "$WORK/containers" 'http://docker/containers/json?all=true' || return 1
  grep -oE '"Id":"[0-9a-f]{64}"' "$WORK/containers" | sort -u |
    sed 's/^"Id":"\(.*\)"$/url = "http:\/\/docker\/containers\/\1\/json"/' >"$WORK/containers-urls"
  # One that goes away meanwhile is answered by an error, which names no container.
  [ ! -s "$WORK/containers-urls" ] || engine --config "$WORK/containers-urls" >"$WORK/inspected" || true
}
engine() { # OPTION OR URL...
  curl --silent --max-time $DOCKER_SECONDS --unix-socket "$ROOT/run/docker.sock" "$@"
}

# What was made, as its maker wrote it down (see bin/container-created), a JSON object a line. Read with the rights of the
# account that wrote it, so that a link there shows nothing that this account could not see.
records() { # KIND
  [ -z "$home" ] ||
    setpriv --reuid $DEPLOY --regid $DEPLOY --clear-groups -- \
      find "$home/.homelab/$1" -maxdepth 1 -type f -name '*.json' -size -64k -exec cat {} + 2>/dev/null || true
}

# Ports that something listens on, as in "22/tcp".
listening() { ss -Hlntu | awk '{ n = split($5, part, ":"); print part[n] "/" $1 }' | sort -u; }
