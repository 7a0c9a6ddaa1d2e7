#!/bin/bash
# Remove what the lab created on this machine, by its recorded ids.   down.sh [--purge]
# Kept for a quick next start: caches, host image, the registries' content, keys; and, for safety, an "unreachable" route for
# the lab's addresses, so that a program that still uses them gets an error instead of sending packets out of this machine.
# --purge removes these as well, and everything that labs share if this was the last one.
. "$(dirname "$0")/lib.sh"

# restart an engine that died, to remove its containers properly
if [ -n "$(recorded container)" ] && ! engine_up && [ -e "/run/netns/$NETNS" ] && [ -x "$BIN/dockerd" ]; then
  "$(dirname "$0")/docker-host.sh" >&2
fi

end_process() { # PID BIRTH
  alive "$1" "$2" || return 0
  kill "$1"
  for _ in $(seq 200); do
    alive "$1" "$2" || return 0
    sleep .1
  done
  kill -9 "$1"
  sleep .2
}
remove_network() {
  local name
  for name in $(dk network inspect -f '{{range .Containers}}{{.Name}} {{end}}' "$1" 2>/dev/null); do
    dk network disconnect -f "$1" "$name" # left over by an engine that crashed
  done
  dk network rm "$1"
}
own_mounts() { awk -v d="$LAB_DIR/" 'index($2, d) == 1 { print $2 }' /proc/mounts | sort -r; }
unmount_own() {
  local mount
  for _ in $( # busy as long as what the engine started is still ending
    seq 100
  ); do
    while read -r mount; do umount "$mount" 2>/dev/null || true; done < <(own_mounts)
    [ -n "$(own_mounts)" ] || return 0
    sleep .1
  done
  own_mounts | sed 's/^/still mounted: /'
  return 1
}
undo() { # KIND ID...
  case $1 in
    container) ! engine_up || [ -z "$(dk inspect -f . "$2" 2>/dev/null)" ] || dk rm -fv "$2" ;;
    network) ! engine_up || remove_network "$2" ;; # it does not exist on this machine without the engine
    dockerd) end_process "$2" "$3" && unmount_own ;;
    agent | vm) end_process "$2" "$3" ;;
    link) [ "$(cat "/sys/class/net/$2/ifindex" 2>/dev/null)" != "$3" ] || ip link del "$2" ;;
    netns) [ "$(stat -c %i "/run/netns/$2" 2>/dev/null)" != "$3" ] || ip netns del "$2" ;;
    guard) ip route del unreachable "$2" metric 9999 2>/dev/null || true ;;
    sysctl) sysctl -qw "$2=$3" ;;
  esac
}
other_labs() { # [KIND]: those with a record of this kind; without an argument, those with a folder
  local name
  for name in $(lines "$LAB_SRC/instances.txt" | awk -v i="$LAB_INSTANCE" '$1 != i { print $1 }'); do
    [ ! -d "$LAB_ROOT/$name" ] || [ -n "${1:-}" ] && [ -z "$(recorded "$1" "$LAB_ROOT/$name/made")" ] || echo "$name"
  done
}

containers=$(recorded container)
if engine_up && [ -n "$containers" ]; then
  mapfile -t ids <<<"$containers"
  dk rm -fv "${ids[@]}" >&2 || true # quicker than one by one; the rest is tried again below
fi
left=0 removed=0
for kind in container network dockerd vm agent link netns; do
  while read -r a b; do
    if undo "$kind" "$a" "$b" >&2; then
      forget "$kind $a${b:+ $b}"
      removed=$((removed + 1))
    else
      note "could not be removed: $kind $a $b"
      left=1
    fi
  done < <(recorded "$kind")
done
if [ -z "$(other_labs netns)" ]; then
  while read -r a b; do undo sysctl "$a" "$b" && forget_shared "sysctl $a $b"; done < <(recorded sysctl "$MADE_SHARED")
fi
[ $left = 0 ] || die "not everything could be removed; run it again"
rm -rf "$LAB_DIR/run" "$LAB_DIR/spare-hosts" "$LAB_DIR/ssh_config" "$LAB_DIR/known_hosts"
rm -rf "$LAB_DIR/project" "$LAB_DIR/backend" # Pulumi's state of hosts that no longer exist
rm -rf "$LAB_DIR/tailnet"                    # the control server's data
hosts=$(grep -c . <<<"$containers" || true)
if [ $removed -gt 0 ]; then did "removed: $hosts containers, and $((removed - hosts)) other things (engine, agent, network)"; else note "was down"; fi

[ "${1:-}" = --purge ] || exit 0
while read -r a; do undo guard "$a"; done < <(recorded guard)
rm -rf --one-file-system "${LAB_DIR:?}"
did "removed: $LAB_DIR"
others=$(other_labs)
if [ -n "$others" ]; then
  note "caches stay, for: $others"
  exit
fi
packages=$(recorded package "$MADE_SHARED" | paste -sd' ')
rm -rf --one-file-system "${LAB_ROOT:?}"
did "removed: $LAB_ROOT with all caches"
[ -z "$packages" ] || note "Debian packages that the lab installed stay: $packages"
