# shellcheck shell=sh disable=SC2153 # capitals are variables of ../helper and of backups.sh
# Containers that do not run while what they keep is copied or replaced. Their names are in $STOPPED from before the first is
# stopped until the last runs again, so that whatever happens to the run, somebody knows.

STOPPED=$BACKUPS/stopped # one name a line, in the order of starting
STOP_SECONDS=300         # for one container; Docker kills it at the end of its own grace period

# "NAME<tab>STATE<tab>MOUNTS" for each container, MOUNTS separated by commas.
see_containers() {
  timeout -k 5 60 docker ps --all --no-trunc --format '{{.Names}}\t{{.State}}\t{{.Mounts}}' >"$WORK/containers" 2>"$WORK/docker" ||
    fail "Docker does not answer: $(last_line "$WORK/docker")"
}
runs() { awk -F '\t' -v name="$1" '$1 == name && ($2 == "running" || $2 == "restarting") { found = 1 } END { exit !found }' "$WORK/containers"; }

# Stops those that run, the last first. Of others nothing is changed.
stop_containers() { # FILE of names, in the order of starting
  see_containers
  while IFS= read -r container; do
    if runs "$container"; then echo "$container"; fi
  done <"$1" >"$WORK/to-stop"
  [ -s "$WORK/to-stop" ] || return 0
  write_file "$STOPPED" 0600 <"$WORK/to-stop"
  sed -n '1!G; h; $p' "$WORK/to-stop" >"$WORK/backwards"
  while IFS= read -r container; do
    timeout -k 5 "$STOP_SECONDS" docker stop "$container" >/dev/null 2>"$WORK/docker" </dev/null ||
      fail "the container $container does not stop: $(last_line "$WORK/docker")"
  done <"$WORK/backwards"
  # Docker's list may be a moment behind.
  for _ in 1 2 3; do
    running_ones >"$WORK/running" # not in a condition, where its errors would not stop it
    [ -s "$WORK/running" ] || return 0
    sleep 1
  done
  still_stopped "does not stop"
}
# Those of them that run.
running_ones() {
  see_containers
  while IFS= read -r container; do
    if runs "$container"; then echo "$container"; fi
  done <"$STOPPED"
}
# Fails if one of them runs.
still_stopped() { # WORDS
  [ -f "$STOPPED" ] || return 0
  running_ones >"$WORK/running"
  [ ! -s "$WORK/running" ] || fail "the container $(head -n 1 "$WORK/running") $1"
}

# Starts them. Keeps the names of those that do not start; forgets those that are gone.
start_stopped() {
  [ -f "$STOPPED" ] || return 0
  : >"$WORK/not-started"
  while IFS= read -r container; do
    if timeout -k 5 "$STOP_SECONDS" docker start "$container" >/dev/null 2>"$WORK/docker" </dev/null; then continue; fi
    if grep -q "No such container" "$WORK/docker"; then continue; fi
    echo "$container" >>"$WORK/not-started"
    say "the container $container does not start again, and is tried again every minute: $(last_line "$WORK/docker")" >&2
  done <"$STOPPED"
  if [ -s "$WORK/not-started" ]; then
    write_file "$STOPPED" 0600 <"$WORK/not-started"
    return 1
  fi
  rm -f "$STOPPED"
}
