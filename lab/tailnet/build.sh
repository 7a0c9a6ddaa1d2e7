#!/usr/bin/env bash
# Builds a tailnet's programs from the Go module proxy: Headscale, tailscaled with its command, and the front of ours.
# Prints the folder that has them.
#
#   CACHE_DIR=DIR build.sh
#
# What is made of the same sources is made once; the rest of CACHE_DIR/tailnet is removed.
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=SCRIPTDIR/../offline/go-toolchain.sh
source "$here/../offline/go-toolchain.sh"
# What Headscale asks for, where the machine has no Go that is new enough.
go_zip_sha256+=(
  ["1.26.4 - amd64"]=0221cfe82f9c88c717677cb5c1f59f598d177cd7eac18c11f90ae29432d356f9
  ["1.26.4 - arm64"]=546033959cfc917b439851f7bcd64e973dd18e83b1c333c6d609a891ed2b77a6
)

HEADSCALE_VERSION=$(sed -n 's/.*github.com\/juanfont\/headscale v\([0-9.]*\)$/\1/p' "$here/headscale/go.mod")
TAILSCALE_VERSION=$(sed -n 's/.*tailscale.com v\([0-9.]*\)$/\1/p' "$here/tailscale/go.mod")
# What a node of a private tailnet needs. All else is left out: it takes time to compile, and some of it calls the vendor.
FEATURES=netstack,clientmetrics,iptables,dns,osrouter,unixsocketidentity,resolved,dbus,sdnotify,outboundproxy,debug
FEATURES+=,health,listenrawdisco,gro,lazywg,useroutes,advertiseroutes,c2n,tailnetlock

main() {
  : "${CACHE_DIR:?the folder to make it in}"
  CACHE_DIR=$(realpath -m "$CACHE_DIR")
  local result
  result=$CACHE_DIR/tailnet/$(inputs)
  mkdir -p "$CACHE_DIR/tailnet"
  exec {lock}>"$CACHE_DIR/tailnet.lock"
  flock "$lock"
  if [[ ! -d $result ]]; then
    choose_go
    build "$result.new"
    mv "$result.new" "$result"
    find "$CACHE_DIR/tailnet" -mindepth 1 -maxdepth 1 ! -path "$result" -exec rm -rf {} +
  fi
  printf '%s\n' "$result"
}

step() { printf '  tailnet: %s\n' "$*" >&2; }

inputs() {
  {
    uname -m
    cd "$here"
    find build.sh tailscaled.service headscale tailscale front -type f -print0 | sort -z | xargs -0 sha256sum
  } | sha256sum | cut -c 1-16
}

# The same Go that builds the engine.
choose_go() {
  local node=$CACHE_DIR/tailnet/node least
  least=$(sed -n 's/^go //p' "$here/headscale/go.mod")
  if ! go_is_at_least "$(command -v go || echo /usr/local/go/bin/go)" "$least" 2>/dev/null; then
    mkdir -p "$node"
    cp "$here"/../offline/{package.json,package-lock.json,unpack-go.mjs} "$node/"
    (cd "$node" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error) >/dev/null
  fi
  use_go "$here/headscale/go.mod" "$CACHE_DIR/engine/go" "$node"
  # Checksums come from go.sum, not from a database; the toolchain is the one that was chosen.
  export GOTOOLCHAIN=local GOSUMDB=off CGO_ENABLED=0
}

build() { # DIR
  rm -rf "$1"
  mkdir -p "$1"
  step "building Headscale $HEADSCALE_VERSION with $(go env GOVERSION) (some minutes the first time)"
  compile "$here/headscale" "$1" "" "-X github.com/juanfont/headscale/hscontrol/types.Version=v$HEADSCALE_VERSION" \
    github.com/juanfont/headscale/cmd/headscale
  step "building tailscaled $TAILSCALE_VERSION"
  # Without the stamps it reports a version that is none. One program is both, by the name that it is called by.
  compile "$here/tailscale" "$1" "ts_include_cli,$(left_out)" \
    "-X tailscale.com/version.longStamp=$TAILSCALE_VERSION -X tailscale.com/version.shortStamp=$TAILSCALE_VERSION" \
    tailscale.com/cmd/tailscaled
  ln -s tailscaled "$1/tailscale"
  step "building the front"
  compile "$here/front" "$1" "" "" .
  package "$1"
}

# Build tags for every feature but those that are needed, by Tailscale's own list.
left_out() { (cd "$here/tailscale" && go run -mod=readonly tailscale.com/cmd/featuretags --min --add="$FEATURES"); }

# A Debian package as far as the lab needs one: hosts have no way to the vendor's. Named and laid out as that one.
package() { # DIR
  local root=$1/package
  install -D "$1/tailscaled" "$root/usr/sbin/tailscaled"
  install -d "$root/usr/bin" "$root/DEBIAN"
  ln -s ../sbin/tailscaled "$root/usr/bin/tailscale"
  install -D -m 644 "$here/tailscaled.service" "$root/lib/systemd/system/tailscaled.service"
  printf '%s\n' "Package: tailscale" "Version: $TAILSCALE_VERSION-0lab$(inputs)" "Architecture: $(dpkg --print-architecture)" \
    "Maintainer: the lab <lab@homelab.lab>" "Depends: iptables" "Description: tailscaled, built from its Go module" \
    >"$root/DEBIAN/control"
  dpkg-deb --build --root-owner-group -Zgzip -z1 "$root" "$1/tailscale.deb" >&2
  rm -rf "$root"
}

compile() { # MODULE DIR TAGS LINKER_FLAGS PACKAGE...
  (cd "$1" && go build -mod=readonly -trimpath -tags "$3" -ldflags "-s -w $4" -o "$2/" "${@:5}" >&2)
}

main "$@"
