# shellcheck shell=bash
# Shared by build.sh and publish.sh; not run by itself.
set -Eeuo pipefail
shopt -s inherit_errexit
IMAGES_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034  # used by those that source this
LAYERS=${LAB_CACHE:-/var/lib/homelab-lab/cache}/images

# stdout is for people, a line per fact: "+" changed, "-" found, "!" failed. stderr is the log.
did() { printf '+ %s\n' "$*"; }
note() { printf -- '- %s\n' "$*"; }
die() {
  printf '! %s\n' "$*"
  printf '%s\n' "$*" >&2
  exit 1
}
digest() { sha256sum "$@" | cut -d' ' -f1; }
recipes() {
  local r
  for r in "$IMAGES_DIR"/recipes/*/; do basename "$r"; done
}
oci() { node "$IMAGES_DIR/oci.mjs" "$@"; }

# seal DIR CONFIG PROGRAM TARGET: DIR/root becomes TARGET/{layer.tar.gz,config.json,layer}. The same files give the same
# bytes; TARGET appears in one step, so what is in the cache is whole.
seal() {
  local dir=$1 config=$2 program=$3 target=$4 tar=$1/layer.tar
  tar -C "$dir/root" --sort=name --mtime=@0 --numeric-owner -cf "$tar" .
  mkdir "$dir/out"
  gzip -n1 <"$tar" >"$dir/out/layer.tar.gz"
  printf '%s %s\n' "sha256:$(digest "$dir/out/layer.tar.gz")" "$(stat -c %s "$dir/out/layer.tar.gz")" >"$dir/out/layer"
  oci config "$config" "$program" "sha256:$(digest "$tar")" >"$dir/out/config.json"
  mkdir -p "$(dirname "$target")"
  rm -rf "$target"
  mv "$dir/out" "$target"
}
