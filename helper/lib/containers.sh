# shellcheck shell=sh
# The probe's look at Docker, as texts for probe.jq. Nothing is changed. Sourced by the helper, which is root.

LABEL=homelab.service
DEPLOY=deploy
DOCKER_SECONDS=10

# To $WORK: what docker says of all containers and of our networks, and how those that we made were. Fails if it is not there.
look_at_docker() {
  records containers >"$WORK/made"
  records networks >"$WORK/networks-made"
  : >"$WORK/inspected"
  timeout $DOCKER_SECONDS docker network ls --no-trunc --filter "label=$LABEL" \
    --format '{"name":{{json .Name}},"id":{{json .ID}}}' >"$WORK/networks" 2>/dev/null || return 1
  ids=$(timeout $DOCKER_SECONDS docker ps --all --quiet --no-trunc 2>/dev/null) || return 1
  # One that goes away meanwhile is left out. Without IDs, inspect would complain.
  # shellcheck disable=SC2086
  [ -z "$ids" ] || timeout $DOCKER_SECONDS docker inspect --type container $ids >"$WORK/inspected" 2>/dev/null || true
}

# What was made, as its maker wrote it down (see bin/container-created), a JSON object a line. Read with the rights of the
# account that wrote it, so that a link there shows nothing that this account could not see.
records() { # KIND
  home=$(getent passwd $DEPLOY | cut -d: -f6)
  [ -z "$home" ] ||
    setpriv --reuid $DEPLOY --regid $DEPLOY --clear-groups -- \
      find "$home/.homelab/$1" -maxdepth 1 -type f -name '*.json' -size -64k -exec cat {} + 2>/dev/null || true
}

# Ports that something listens on, as in "22/tcp".
listening() { ss -Hlntu | awk '{ n = split($5, part, ":"); print part[n] "/" $1 }' | sort -u; }
