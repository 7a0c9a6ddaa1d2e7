#!/bin/bash
# The hosts.   hosts.sh                 boot all that are off, and wait until they accept logins
#              hosts.sh fresh NAME...   the same, after removing these with their disks
#              hosts.sh on|off NAME     power; "off" cuts it, without a shutdown
#              hosts.sh add|remove NAME a spare one (see ../hosts.txt)
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/container.sh"
. "$(dirname "$0")/ssh-files.sh"
known=$LAB_DIR/run/known
mkdir -p "$known"

boot() { # NAME ADDRESS ROLE MEMORY
  local name=$1 address=$2 memory=$4 how state="" key
  how=$(container "$name" "$address" --privileged --cgroupns=private --memory "$memory" -v "$LAB_DIR/seed:/lab-seed:ro" "$IMAGE")
  for _ in $(seq 300); do
    state=$(dk exec "$name" systemctl is-system-running --wait 2>/dev/null || true)
    case $state in running | degraded) break ;; esac
    sleep .2
  done
  case $state in
    running) ;;
    degraded) warn "$name has failed units: $(dk exec "$name" systemctl --failed --plain --no-legend | cut -d' ' -f1 | paste -sd' ')" ;;
    *)
      dk logs --tail 30 "$name" >&2
      die "$name does not come up: systemd says '$state'"
      ;;
  esac
  key=$(dk exec "$name" cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub)
  echo "$address $key" >"$known/$name"
  if [ "$(dk inspect -f '{{.Config.Image}}' "$name")" != "$IMAGE" ]; then
    warn "$name runs an older host image; down and up recreates it"
  fi
  login "$name" "$address" || die "$name ($address) is up, but rejects logins as $ADMIN; down and up recreates it"
  if [ "$how" = "was up" ]; then note "$name $address $state"; else did "$name $address $state ($how)"; fi
}
login() {
  for _ in $(seq 75); do
    ssh -n -F none -i "$ADMIN_KEY" -o IdentityAgent=none -o BatchMode=yes -o ConnectTimeout=3 -o UserKnownHostsFile="$known/$1" "$ADMIN@$2" true >&2 && return
    sleep .2
  done
  return 1
}
boot_all() { # in parallel
  local host pids=() pid failed=0
  while read -ra host; do
    boot "${host[@]}" &
    pids+=($!)
  done < <(hosts)
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  [ $failed = 0 ]
}
one() { hosts | awk -v name="$1" '$1 == name' | grep . || die "no host '$1' in this lab; there are: $(hosts | cut -d' ' -f1 | paste -sd' ')"; }

remove() {
  remove_container "$1"
  rm -f "${known:?}/$1"
}

case ${1:-all} in
  all) boot_all ;;
  fresh)
    shift
    for name in "$@"; do one "$name" >/dev/null && remove "$name"; done
    boot_all
    ;;
  on)
    read -ra host < <(one "$2")
    boot "${host[@]}"
    ;;
  off)
    one "$2" >/dev/null
    dk kill "$2" >/dev/null
    did "$2 is off"
    ;;
  add)
    hosts_table | awk -v name="$2" '$1 == name && $5 == "spare"' | grep -q . || die "'$2' is not a spare host of this lab"
    locked "$MADE" _add "$LAB_DIR/spare-hosts" "$2"
    "$(dirname "$0")/registries.sh" names
    read -ra host < <(one "$2")
    boot "${host[@]}"
    ;;
  remove)
    remove "$2"
    locked "$MADE" _drop "$LAB_DIR/spare-hosts" "$2"
    "$(dirname "$0")/registries.sh" names
    did "$2 is gone"
    ;;
  *) die "hosts.sh does not know '$1'" ;;
esac
case ${1:-all} in off) ;; *) hosts | ssh_files ;; esac
