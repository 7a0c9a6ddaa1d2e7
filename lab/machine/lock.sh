#!/bin/bash
# Hold the lab's lock until stdin ends: however the caller ends, the kernel lets go of it. Says "held" when it has it.
. "$(dirname "$0")/lib.sh"
exec 9>"$LAB_DIR/lock"
flock -n 9 || {
  echo waiting
  flock 9
}
echo held
exec cat >/dev/null
