#!/bin/bash
# The lab's own Docker Engine, whose containers are the hosts. It runs in the lab's network namespace, with its own data,
# sockets and programs, and leaves this machine's own Docker Engine alone.
. "$(dirname "$0")/lib.sh"

keep_record() { # a run that was stopped may have started the engine without recording it
  local pid
  pid=$(cat "$LAB_DIR/run/dockerd.pid")
  forget_kind dockerd
  record "dockerd $pid $(born "$pid")"
}
if engine_up; then
  keep_record
  note "was running"
  exit
fi
[ -x "$BIN/dockerd" ] || die "the engine's programs are missing: run rootfs.sh first"

# after a crash: the pid file's number may be a zombie's or someone else's, and dockerd would refuse to start
while read -r pid birth; do alive "$pid" "$birth" || rm -f "$LAB_DIR/run/dockerd.pid"; done < <(recorded dockerd)
mkdir -p "$LAB_DIR/data"
echo '{}' >"$LAB_DIR/run/daemon.json" # so that it does not read the machine's /etc/docker/daemon.json
unbroken
PATH=$BIN:$PATH setsid nsenter --net="/run/netns/$NETNS" -- "$BIN/dockerd" --config-file "$LAB_DIR/run/daemon.json" --bridge none \
  --data-root "$LAB_DIR/data" --exec-root "$LAB_DIR/run/exec" -H "unix://$SOCK" --pidfile "$LAB_DIR/run/dockerd.pid" \
  >>"$LAB_DIR/log/dockerd.log" 2>&1 </dev/null &
pid=$!
for _ in $(seq 600); do
  engine_up && break
  [ -n "$(born $pid)" ] || break
  sleep .1
done
engine_up || {
  tail -n 20 "$LAB_DIR/log/dockerd.log" >&2
  die "the lab's Docker Engine does not answer, see $LAB_DIR/log/dockerd.log"
}
keep_record
did "Docker Engine $(dk version -f '{{.Server.Version}}') started"
