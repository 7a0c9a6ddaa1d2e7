# shellcheck shell=bash disable=SC2034
# Shared by the lab's scripts; not run by itself. $LAB_INSTANCE names the lab (see ../instances.txt).
# A script's stdout is for people, a line per fact: `did` for changes, `note` for findings, `warn` for warnings. Its stderr is
# the log.
set -Eeuo pipefail
shopt -s inherit_errexit
trap 'printf "%s: line %s failed: %s\n" "$0" "$LINENO" "$BASH_COMMAND" >&2' ERR

did() { printf '+ %s\n' "$*"; }
note() { printf -- '- %s\n' "$*"; }
warn() { printf '? %s\n' "$*"; }
die() {
  printf '! %s\n' "$*"
  printf '%s\n' "$*" >&2
  trap - ERR
  exit 1
}
lines() { sed 's/#.*//; /^[[:space:]]*$/d' "$1"; } # a table without its comments

# --- the lab's names and addresses
LAB_SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LAB_ROOT=/var/lib/homelab-lab # short, because a socket's path has at most 107 characters
LAB_INSTANCE=${LAB_INSTANCE:-lab}
LAB_DIR=$LAB_ROOT/$LAB_INSTANCE
LAB_CACHE=$LAB_ROOT/cache # shared by all instances
read -r NET OUT < <(lines "$LAB_SRC/instances.txt" | awk -v i="$LAB_INSTANCE" '$1 == i { print $2, $3 }') ||
  die "there is no instance '$LAB_INSTANCE' in lab/instances.txt"
LAN=$NET.0/24
GATEWAY=$NET.1  # the LAN's bridge, in the lab's network namespace
INFRA=$NET.2    # DNS and the first registry; the other registries follow it
CONTROL=$NET.9  # the tailnet's control server, where there is one
MACHINE=$NET.10 # this machine, as the LAN sees it
LINK=$OUT.0/30
LINK_MACHINE=$OUT.1 # this machine outside the LAN
LINK_LAB=$OUT.2
# The IPv6 networks, with similar numbers: fd00:172:30:0::/64.
LAN6=fd00:${NET//./:}::/64
GATEWAY6=${LAN6%/64}1
MACHINE6=${LAN6%/64}10
LINK6=fd00:${OUT//./:}::/126
LINK6_MACHINE=${LINK6%/126}1
LINK6_LAB=${LINK6%/126}2
NETNS=hl-$LAB_INSTANCE
VETH=$NETNS-o
VETH_LAB=$NETNS-i
ADMIN=pi # the account of a new host
ADMIN_KEY=$LAB_DIR/keys/id_admin
DEPLOY_KEY=$LAB_DIR/keys/id_lab # may deploy
AGENT=$LAB_DIR/run/agent.sock
PROBE_KEY=$LAB_DIR/keys/id_probe # may only look
PROBE_AGENT=$LAB_DIR/run/probe-agent.sock
SOCK=$LAB_DIR/run/docker.sock

# The host image: `base` is what mmdebstrap makes of packages.txt, `image` what Dockerfile adds. A changed recipe is a new id.
BASE_ID=$({
  cat "$LAB_SRC/machine/rootfs.sh" "$LAB_SRC/machine/own-mirror.sh"
  lines "$LAB_SRC/packages.txt"
} | sha256sum | cut -c1-12)
BASE=$LAB_CACHE/base-$BASE_ID
BIN=$BASE/bin # the programs of the lab's own Docker Engine
BASE_IMAGE=lab/base:$BASE_ID
IMAGE=lab/host:$(cd "$LAB_SRC/host" && {
  echo "$BASE_ID $ADMIN"
  cat ./*
} | sha256sum | cut -c1-12)
NFS_CLIENT=$LAB_CACHE/mount.nfs-$(cat "$LAB_SRC"/nfs-client/* "$LAB_SRC/machine/nfs-client.sh" | sha256sum | cut -c1-12)

[ "$(id -u)" = 0 ] || die "the lab needs root"
[ -e "$LAB_ROOT" ] || install -d -m 755 "$LAB_ROOT"
[ -e "$LAB_CACHE" ] || install -d -m 755 "$LAB_CACHE"
[ -e "$LAB_DIR" ] || install -d -m 700 "$LAB_DIR"
mkdir -p "$LAB_DIR"/{run,log}

# --- the record of created objects: one line each, "kind id ..."; down.sh removes what is listed here and nothing else.
# MADE is for this instance, MADE_SHARED for the whole machine.
MADE=$LAB_DIR/made
MADE_SHARED=$LAB_ROOT/made
locked() {
  local file=$1
  shift
  (
    flock 8
    "$@"
  ) 8>"$file.lock"
}
_add() { grep -qxF -- "$2" "$1" 2>/dev/null || printf '%s\n' "$2" >>"$1"; }
_drop() {
  [ -f "$1" ] || return 0
  grep -vxF -- "$2" "$1" >"$1.new" || true
  mv "$1.new" "$1"
}
record() { locked "$MADE" _add "$MADE" "$*"; }
forget() { locked "$MADE" _drop "$MADE" "$*"; }
record_shared() { locked "$MADE_SHARED" _add "$MADE_SHARED" "$*"; }
forget_shared() { locked "$MADE_SHARED" _drop "$MADE_SHARED" "$*"; }
recorded() { # KIND [FILE]: the ids of a kind
  [ ! -f "${2:-$MADE}" ] || awk -v k="$1" '$1 == k { $1 = ""; sub(/^ /, ""); print }' "${2:-$MADE}"
}
forget_kind() {
  local id
  while read -r id; do forget "$1 $id"; done < <(recorded "$1")
}

# An object and its record belong together: Ctrl-C does not interrupt what runs between these two.
unbroken() { trap '' TERM INT; }
breakable() { trap - TERM INT; }

# --- processes: a number may be reused, so the start time identifies the process
born() { awk '{ sub(/.*\) /, ""); if ($1 != "Z") print $20 }' "/proc/$1/stat" 2>/dev/null || true; }
alive() { [ -n "${2:-}" ] && [ "$(born "$1")" = "$2" ]; }

# --- the lab's own Docker Engine
in_netns() { nsenter --net="/run/netns/$NETNS" -- "$@"; }
dk() { DOCKER_CONFIG=$LAB_DIR/run/cli DOCKER_BUILDKIT=0 "$BIN/docker" -H "unix://$SOCK" "$@"; }
engine_up() { [ -x "$BIN/docker" ] && [ -S "$SOCK" ] && dk version >/dev/null 2>&1; }

# --- tables
hosts_table() { # of this lab
  if [ -f "$LAB_SRC/hosts-$LAB_INSTANCE.txt" ]; then lines "$LAB_SRC/hosts-$LAB_INSTANCE.txt"; else lines "$LAB_SRC/hosts.txt"; fi
}
hosts() { # "name address role memory" of every host of this lab
  hosts_table | awk -v net="$NET" -v added=" $(tr '\n' ' ' 2>/dev/null <"$LAB_DIR/spare-hosts" || true)" \
    '$5 != "spare" || index(added, " " $1 " ") { print $1, net "." $2, $3, $4 }'
}
registries() { # "name address other-names..."
  lines "$LAB_SRC/registries.txt" | awk -v net="$NET" '{ name = $1; $1 = ""; print name, net "." NR + 1 $0 }'
}
