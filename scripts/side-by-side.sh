# shellcheck shell=bash
# Runs commands side by side; sourced. Each one's output comes in one piece when it ends, below a line with its name and time.
declare -A names=() starts=()
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'kill "${!names[@]}" 2>/dev/null; exit 130' INT TERM
if [ -t 1 ]; then export FORCE_COLOR=1; fi

hundredths() { # of a second since the machine started
  local now
  read -r now _ </proc/uptime
  echo "${now/./}"
}

start() { # NAME COMMAND...
  local name=$1
  shift
  "$@" >"$logs/$name" 2>&1 &
  names[$!]=$name
  starts[$!]=$(hundredths)
}

# Waits for all of them; fails if one did.
finish() {
  local pid status failed=0
  while [ ${#names[@]} -gt 0 ]; do
    status=0
    wait -n -p pid "${!names[@]}" || status=$?
    local name=${names[$pid]} tenths=$((($(hundredths) - ${starts[$pid]}) / 10))
    unset "names[$pid]"
    printf '%s %s (%d.%d s)\n' "$([ "$status" = 0 ] && echo ok || echo FAILED)" "$name" $((tenths / 10)) $((tenths % 10))
    cat "$logs/$name"
    if [ "$status" != 0 ]; then failed=1; fi
  done
  return "$failed"
}
