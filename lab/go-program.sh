#!/usr/bin/env bash
# Makes sure that there is a program, built from a Go module of this repository and from the Go module proxy. Prints its path;
# steps go to stderr.
#
#   CACHE_DIR=DIR go-program.sh FOLDER [PACKAGE]    FOLDER has the go.mod; @default PACKAGE the folder's own
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=SCRIPTDIR/offline/node-packages.sh
source "$here/offline/node-packages.sh"
# shellcheck source=SCRIPTDIR/offline/go-toolchain.sh
source "$here/offline/go-toolchain.sh"

step() { printf '  %s: %s\n' "$name" "$*" >&2; }

main() { # FOLDER [PACKAGE]
  : "${CACHE_DIR:?the folder to make it in}"
  local folder dir program lock
  folder=$(cd "$1" && pwd)
  name=$(basename "$folder")
  dir=$CACHE_DIR/$name
  program=$dir/$(inputs "$folder")
  mkdir -p "$dir"
  exec {lock}>"$dir/lock"
  flock "$lock"
  if [[ ! -x $program ]]; then
    build "$folder" "${2:-.}" "$dir" "$program"
  fi
  echo "$program"
}

inputs() { # FOLDER
  (cd "$1" && uname -m && find . -type f -print0 | sort -z | xargs -0 sha256sum) | sha256sum | cut -c 1-16
}

build() { # FOLDER PACKAGE DIR PROGRAM
  # An engine that was built here may have fetched a Go already.
  use_go "$1/go.mod" "$CACHE_DIR/engine/go" "$3/node"
  step "building it with $(go env GOVERSION)"
  # Checksums come from go.sum, not from a database; the toolchain is the one that was chosen.
  (cd "$1" &&
    GOTOOLCHAIN=local GOSUMDB=off CGO_ENABLED=0 nice go build -mod=readonly -trimpath -ldflags "-s -w" -o "$3/new" "$2" >&2)
  find "$3" -maxdepth 1 -type f -perm -u+x -not -name new -delete # one is kept
  mv "$3/new" "$4"
}

main "$@"
