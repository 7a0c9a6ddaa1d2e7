# shellcheck shell=sh
# The probe's look at Docker, as input of probe.jq. Changes nothing. Sourced by the helper, which is root.

LABEL=homelab.service
DEPLOY=deploy
DOCKER_SECONDS=10
MAX_FILES=1000

# Writes to $WORK what was declared and created here, and what the engine has. Fails if the engine does not answer. Does not
# use Docker's own client, each start of which costs a small host half a second.
look_at_docker() {
  home=$(getent passwd $DEPLOY | cut -d: -f6)
  records containers >"$WORK/made"
  records networks >"$WORK/networks-made"
  as_deploy head -c 65536 "$home/.homelab/declared" >"$WORK/declared"
  look_at_service_files >"$WORK/service-files"
  as_deploy find "$home/.homelab/rolled-back" -maxdepth 1 -type f -size -2k -exec grep -H . {} + >"$WORK/rolled-back"
  for text in networks images volumes inspected stale-binds architectures; do : >"$WORK/$text"; done
  engine --fail --fail-early \
    --output "$WORK/networks" "http://docker/networks?filters=%7B%22label%22%3A%5B%22$LABEL%22%5D%7D" \
    --output "$WORK/containers" 'http://docker/containers/json?all=true' \
    --output "$WORK/images" http://docker/images/json \
    --output "$WORK/volumes" http://docker/volumes || return 1
  grep -oE '"Id":"[0-9a-f]{64}"' "$WORK/containers" | sort -u |
    sed 's/^"Id":"\(.*\)"$/url = "http:\/\/docker\/containers\/\1\/json"/' >"$WORK/containers-urls"
  # For one that disappears meanwhile, the engine answers with an error, which names no container.
  [ ! -s "$WORK/containers-urls" ] || engine --config "$WORK/containers-urls" >"$WORK/inspected" || true
  look_at_stale_binds >"$WORK/stale-binds"
  if grep -qE '"Status":"(restarting|exited)"' "$WORK/inspected"; then look_at_architectures; fi
}
# "KIND PID PATH", where KIND is stat's file type. Looks through the container's own root, where the mount is unchanged.
look_at_stale_binds() {
  awk -v root="$ROOT" -f "$LIB/lib/stale-binds.awk" "$WORK/inspected" | while read -r pid path; do
    case $(stat -c %F "$ROOT/proc/$pid/root$path" 2>/dev/null) in
      socket) echo "socket $pid $path" ;;
      directory) echo "folder $pid $path" ;;
      *) echo "file $pid $path" ;;
    esac
  done
}
# If a container does not run: the processor, the engine and the images, since one that was built for another architecture
# never runs. One JSON value a line.
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

# Reads with the rights of the account that wrote the files, so that a link reveals nothing that this account cannot read.
as_deploy() {
  [ -z "$home" ] || setpriv --reuid $DEPLOY --regid $DEPLOY --clear-groups -- "$@" 2>/dev/null || true
}
# The records of what was created (see bin/container-created), one JSON object a line.
records() { # KIND
  as_deploy find "$home/.homelab/$1" -maxdepth 1 -type f -name '*.json' -size -64k -exec cat {} +
}
# Compares the files of services with the records of bin/put-file.
look_at_service_files() {
  made=$home/.homelab/files-made there=$home/.homelab/files
  as_deploy find "$made" -type f -exec grep -H . {} + >"$WORK/files-made"
  [ -s "$WORK/files-made" ] || return 0
  as_deploy find "$there" -type f -printf '%m %p\n' >"$WORK/files-modes"
  as_deploy find "$there" -type f -exec sha256sum {} + >"$WORK/files-digests"
  awk -v made="$made" -v there="$there" -f "$LIB/lib/service-files.awk" \
    "$WORK/files-made" "$WORK/files-modes" "$WORK/files-digests" | head -n $MAX_FILES
}

# "PORT/PROTOCOL<tab>ADDRESS<tab>PROGRAM<tab>CONTAINER" for each listener; CONTAINER is empty if it is in none.
listening() { ss -Hlntup | awk -v root="$ROOT" -f "$LIB/lib/listening.awk" | sort -u; }
# Free bytes for images; nothing if there is no engine yet.
room_for_images() { stat -f -c '%a %S' "$ROOT/var/lib/docker" 2>/dev/null | awk '{ printf "%.0f\n", $1 * $2 }'; }
# What Docker needs for NVIDIA's GPUs: "hook", by which it hands them out, and "runtime", one of that name in daemon.json.
nvidia_toolkit() {
  for bin in /usr/bin /usr/local/bin /usr/sbin /usr/local/sbin; do
    [ ! -x "$ROOT$bin/nvidia-container-runtime-hook" ] || { echo hook && break; }
  done
  ! grep -qs '"nvidia"' "$ROOT/etc/docker/daemon.json" || echo runtime
}
