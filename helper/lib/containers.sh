# shellcheck shell=sh
# The probe's look at Docker, as texts for probe.jq. Nothing is changed. Sourced by the helper, which is root.

LABEL=homelab.service
DEPLOY=deploy
DOCKER_SECONDS=10
MAX_FILES=1000

# To $WORK: what was declared and made here, and what the engine says that there is. Fails if it does not answer. Not by
# Docker's own client, of which each start costs a small host half a second.
look_at_docker() {
  home=$(getent passwd $DEPLOY | cut -d: -f6)
  records containers >"$WORK/made"
  records networks >"$WORK/networks-made"
  as_deploy head -c 65536 "$home/.homelab/declared" >"$WORK/declared"
  look_at_service_files >"$WORK/service-files"
  for text in networks images volumes inspected stale-binds architectures; do : >"$WORK/$text"; done
  engine --fail --fail-early \
    --output "$WORK/networks" "http://docker/networks?filters=%7B%22label%22%3A%5B%22$LABEL%22%5D%7D" \
    --output "$WORK/containers" 'http://docker/containers/json?all=true' \
    --output "$WORK/images" http://docker/images/json \
    --output "$WORK/volumes" http://docker/volumes || return 1
  grep -oE '"Id":"[0-9a-f]{64}"' "$WORK/containers" | sort -u |
    sed 's/^"Id":"\(.*\)"$/url = "http:\/\/docker\/containers\/\1\/json"/' >"$WORK/containers-urls"
  # One that goes away meanwhile is answered by an error, which names no container.
  [ ! -s "$WORK/containers-urls" ] || engine --config "$WORK/containers-urls" >"$WORK/inspected" || true
  look_at_stale_binds >"$WORK/stale-binds"
  if grep -qE '"Status":"(restarting|exited)"' "$WORK/inspected"; then look_at_architectures; fi
}
# "KIND PID PATH", of which KIND is what stat calls it. By the way of the container itself, where it is as it was.
look_at_stale_binds() {
  awk -v root="$ROOT" -f "$LIB/lib/stale-binds.awk" "$WORK/inspected" | while read -r pid path; do
    case $(stat -c %F "$ROOT/proc/$pid/root$path" 2>/dev/null) in
      socket) echo "socket $pid $path" ;;
      directory) echo "folder $pid $path" ;;
      *) echo "file $pid $path" ;;
    esac
  done
}
# Where a container does not run: what the processor and the engine are, and the images, since one that was built for another
# architecture never runs. A JSON value a line.
look_at_architectures() {
  {
    echo 'url = "http://docker/version"'
    grep -oE '"Image":"sha256:[0-9a-f]{64}"' "$WORK/inspected" | sort -u |
      sed 's/^"Image":"\(.*\)"$/url = "http:\/\/docker\/images\/\1\/json"/'
  } >"$WORK/images-urls"
  {
    printf '"%s"\n' "$(uname -m)"
    engine --config "$WORK/images-urls"
  } >"$WORK/architectures" || true
}
engine() { # OPTION OR URL...
  curl --silent --max-time $DOCKER_SECONDS --unix-socket "$ROOT/run/docker.sock" "$@"
}

# Reads with the rights of the account that wrote it, so that a link there shows nothing that this account could not see.
as_deploy() {
  [ -z "$home" ] || setpriv --reuid $DEPLOY --regid $DEPLOY --clear-groups -- "$@" 2>/dev/null || true
}
# What was made, as its maker wrote it down (see bin/container-created), a JSON object a line.
records() { # KIND
  as_deploy find "$home/.homelab/$1" -maxdepth 1 -type f -name '*.json' -size -64k -exec cat {} +
}
# How the files of services are, compared with how bin/put-file made them.
look_at_service_files() {
  made=$home/.homelab/files-made there=$home/.homelab/files
  as_deploy find "$made" -type f -exec grep -H . {} + >"$WORK/files-made"
  [ -s "$WORK/files-made" ] || return 0
  as_deploy find "$there" -type f -printf '%m %p\n' >"$WORK/files-modes"
  as_deploy find "$there" -type f -exec sha256sum {} + >"$WORK/files-digests"
  awk -v made="$made" -v there="$there" -f "$LIB/lib/service-files.awk" \
    "$WORK/files-made" "$WORK/files-modes" "$WORK/files-digests" | head -n $MAX_FILES
}

# "PORT/PROTOCOL<tab>ADDRESS<tab>PROGRAM<tab>CONTAINER" of what something listens on. Without a container, that is empty.
listening() { ss -Hlntup | awk -v root="$ROOT" -f "$LIB/lib/listening.awk" | sort -u; }
# Bytes that are free for images; nothing where there is no engine yet.
room_for_images() { stat -f -c '%a %S' "$ROOT/var/lib/docker" 2>/dev/null | awk '{ printf "%.0f\n", $1 * $2 }'; }
