#!/usr/bin/env bash
# Makes sure that there is compose-oracle/, the judge of what a Compose file means, built from the Go module proxy. Prints the
# program's path; steps go to stderr.
#
#   CACHE_DIR=DIR compose-oracle.sh
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=SCRIPTDIR/offline/node-packages.sh
source "$here/offline/node-packages.sh"
# shellcheck source=SCRIPTDIR/offline/go-toolchain.sh
source "$here/offline/go-toolchain.sh"

step() { printf '  compose-oracle: %s\n' "$*" >&2; }

main() {
  : "${CACHE_DIR:?the folder to make it in}"
  local dir=$CACHE_DIR/compose-oracle program lock
  program=$dir/$(inputs)
  mkdir -p "$dir"
  exec {lock}>"$dir/lock"
  flock "$lock"
  if [[ ! -x $program ]]; then
    build "$dir" "$program"
  fi
  echo "$program"
}

inputs() { (uname -m && cat "$here"/compose-oracle/{go.mod,go.sum,main.go}) | sha256sum | cut -c 1-16; }

build() { # DIR PROGRAM
  # An engine that was built here may have fetched a Go already.
  use_go "$here/compose-oracle/go.mod" "$CACHE_DIR/engine/go" "$1/node"
  step "building it with $(go env GOVERSION)"
  # Checksums come from go.sum, not from a database; the toolchain is the one that was chosen.
  (cd "$here/compose-oracle" &&
    GOTOOLCHAIN=local GOSUMDB=off CGO_ENABLED=0 nice go build -mod=readonly -trimpath -ldflags "-s -w" -o "$1/new" . >&2)
  find "$1" -maxdepth 1 -type f -perm -u+x -not -name new -delete # one is kept
  mv "$1/new" "$2"
}

main
