#!/bin/bash
# Run a program while the virtual machines are up, fresh ones:   with-vms.sh npx jest --selectProjects kernel
# Nothing of them stays but the caches. What the steps print goes to stderr, their logs to the lab's folder.
. "$(dirname "$0")/lib.sh"
trap - ERR
here=$(dirname "$0")
exec 9>"$LAB_DIR/lock"
flock 9
step() {
  local log
  log=$LAB_DIR/log/$(basename "$1" .sh).log
  "$@" 2>>"$log" 9>&- || {
    tail -n 12 "$log" >&2
    exit 1
  }
}
take_down() {
  trap '' TERM INT
  step "$here/../machine/down.sh"
}
trap take_down EXIT
step "$here/../machine/packages.sh" vms
step "$here/../machine/network.sh"
step "$here/../machine/keys.sh"
step "$here/image.sh"
step "$here/lan.sh"
step "$here/vm.sh" fresh
"$@" 9>&-
