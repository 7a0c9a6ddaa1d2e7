#!/usr/bin/env bash
# Builds a Pulumi engine from what package registries offer, laid out as in a PULUMI_HOME:
#   versions/VERSION/bin/             the CLI, the language host, the runner of dynamic providers
#   plugins/resource-docker-vVERSION/
#   plugins/resource-command-vVERSION/
#   plugins/resource-tailscale-vVERSION/
#
#   PULUMI_VERSION=… DOCKER_VERSION=… COMMAND_VERSION=… TAILSCALE_VERSION=… build.sh CACHE_DIR RESULT_DIR
#
# Everything is made under CACHE_DIR, where the next run goes on after an interruption. RESULT_DIR, on
# the same file system, appears when it is complete and not before.
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=SCRIPTDIR/node-packages.sh
source "$here/node-packages.sh"
# shellcheck source=SCRIPTDIR/go-toolchain.sh
source "$here/go-toolchain.sh"

main() {
  [[ $# -eq 2 ]] || fail "usage: build.sh CACHE_DIR RESULT_DIR"
  : "${PULUMI_VERSION:?}" "${DOCKER_VERSION:?}" "${COMMAND_VERSION:?}" "${TAILSCALE_VERSION:?}"
  local work=$1/work toolchain=$1/go
  check_pins
  mkdir -p "$work"
  build_node "$work/node"
  use_go "$here/go/go.mod" "$toolchain" "$work/node"
  build_go "$work/go"
  assemble "$work" "$work/result"
  check_result "$work/result"
  rm -rf "$2"
  mv "$work/result" "$2"
  rm -rf "$work"
}

step() { printf '  engine: %s\n' "$*" >&2; }
fail() {
  printf 'build.sh: %s\n' "$*" >&2
  exit 1
}

# The engine's version is in package.json of the repository; Go and npm need it in their own files.
check_pins() {
  local pin
  for pin in pkg sdk; do
    grep -q "github.com/pulumi/pulumi/$pin/v3 v$PULUMI_VERSION\b" "$here/go/go.mod" ||
      fail "go/go.mod has another version of pulumi/$pin than $PULUMI_VERSION"
  done
  grep -q "\"@pulumi/pulumi\": \"$PULUMI_VERSION\"" "$here/package.json" ||
    fail "lab/offline/package.json has another version of @pulumi/pulumi than $PULUMI_VERSION"
}

# The language host and the stand-ins for plugins, into dist/.
build_node() {
  local dir=$1
  install_packages "$dir"
  step "building the language host and the stand-ins for plugins"
  (cd "$dir" && npm run --silent check && npm run --silent bundle) >&2
}

# The CLI and the docker plugin, into bin/.
build_go() {
  local dir=$1
  mkdir -p "$dir/bin"
  rm -rf "$dir/src"
  cp -R "$here/go" "$dir/src"
  # Checksums come from go.sum, not from a database; the toolchain is the one that was chosen.
  export GOTOOLCHAIN=local GOSUMDB=off CGO_ENABLED=0
  step "building the CLI and the docker plugin with $(go env GOVERSION) (some minutes the first time)"
  cd "$dir/src"
  # One call, so that the packages that both use are compiled once. The schema comes out of the bridge,
  # and goes into the plugin.
  compile "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$PULUMI_VERSION" "$dir/bin/" \
    github.com/pulumi/pulumi/pkg/v3/cmd/pulumi ./pulumi-tfgen-docker
  "$dir/bin/pulumi-tfgen-docker" "$DOCKER_VERSION" >pulumi-resource-docker/schema.json
  compile "-X main.version=$DOCKER_VERSION" "$dir/bin/" ./pulumi-resource-docker
  cd "$here"
}

# compile LINKER_FLAGS OUTPUT PACKAGE...
compile() {
  local flags=$1 output=$2
  shift 2
  # no_compose: without the plugin's docker_compose resource, which npm's @pulumi/docker does not have.
  # osusergo: no libc look-ups. grpcnotrace: lets the linker drop unused code, which makes it smaller.
  go build -mod=readonly -trimpath -tags no_compose,osusergo,grpcnotrace -ldflags "-s -w $flags" -o "$output" "$@" >&2
}

assemble() {
  local work=$1 result=$2
  local bin=$result/versions/$PULUMI_VERSION/bin
  local docker=$result/plugins/resource-docker-v$DOCKER_VERSION
  local command=$result/plugins/resource-command-v$COMMAND_VERSION
  local tailscale=$result/plugins/resource-tailscale-v$TAILSCALE_VERSION
  rm -rf "$result"
  mkdir -p "$bin" "$docker" "$command" "$tailscale"
  cp "$work/go/bin/pulumi" "$bin/"
  cp "$work/go/bin/pulumi-resource-docker" "$docker/"
  install_bundle "$work/node/dist/pulumi-language-nodejs.cjs" "$bin"
  install_bundle "$work/node/dist/pulumi-resource-command.cjs" "$command"
  install_bundle "$work/node/dist/pulumi-resource-tailscale.cjs" "$tailscale"
  # Runs dynamic providers: a script of the SDK, which the engine looks for beside the language host.
  install -m 755 "$work/node/node_modules/@pulumi/pulumi/pulumi-resource-pulumi-nodejs" "$bin/"
}

# A bundle and a command that runs it. (.cjs, so that no package.json above makes it an ES module.)
install_bundle() {
  local name
  name=$(basename "$1" .cjs)
  install -m 644 "$1" "$2/"
  # shellcheck disable=SC2016 # it is the installed command that expands these
  printf '#!/bin/sh\nexec node "$(dirname "$0")/%s.cjs" "$@"\n' "$name" >"$2/$name"
  chmod 755 "$2/$name"
}

check_result() {
  [[ $("$1/versions/$PULUMI_VERSION/bin/pulumi" version) == "v$PULUMI_VERSION" ]] || fail "the CLI does not run"
  [[ $("$1/plugins/resource-docker-v$DOCKER_VERSION/pulumi-resource-docker" -version) == "$DOCKER_VERSION" ]] ||
    fail "the docker plugin does not run"
}

main "$@"
