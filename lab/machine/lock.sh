#!/bin/bash
# Hold the lab's lock until stdin ends: the kernel releases it however the caller ends. Prints "held" once it has the lock.
. "$(dirname "$0")/lib.sh"
exec 9>"$LAB_DIR/lock"
flock -n 9 || {
  echo waiting
  flock 9
}
echo held
exec cat >/dev/null
