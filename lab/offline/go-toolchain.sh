# shellcheck shell=bash
# Finds a Go that can build what a go.mod asks for, or fetches one from the Go module proxy. Sourced after node-packages.sh.

# The version that go.mod asks for, as the module proxy serves it, by architecture.
declare -A go_zip_sha256=(
  [1.26.3 - amd64]=31905a748926ceb42bda1b1c490508b8734fb4e1492c6187b4d52ea1ba722b15
  [1.26.3 - arm64]=b7c1b9093336a1b4970eb76c02673ea4b62ec1470c05f62fb758046024c474b4
)

# use_go GO_MOD DIR NODE_DIR: puts a suitable Go first in PATH, if need be one fetched into DIR, which
# then has its caches too. It is unpacked by what NODE_DIR has, or then gets.
use_go() {
  local least dir lock
  least=$(sed -n 's/^go //p' "$1")
  for dir in "$(dirname "$(command -v go || echo /nowhere/go)")" /usr/local/go/bin; do
    if [[ -x $dir/go ]] && go_is_at_least "$dir/go" "$least"; then
      export PATH="$dir:$PATH"
      return
    fi
  done
  mkdir -p "$2"
  exec {lock}>"$2/lock" # programs that share it are built at the same time
  flock "$lock"
  [[ -x $2/$least/bin/go ]] || fetch_go "$least" "$2" "$3"
  exec {lock}>&-
  # Nobody's own Go, so nobody's own caches; and writable ones, so that they can be removed.
  export PATH="$2/$least/bin:$PATH" GOPATH="$2/path" GOCACHE="$2/cache" GOFLAGS="${GOFLAGS:-} -modcacherw"
}

go_is_at_least() {
  local version
  version=$(GOTOOLCHAIN=local "$1" env GOVERSION) || return
  [[ $(printf '%s\n' "$2" "${version#go}" | sort -V | head -n 1) == "$2" ]]
}

fetch_go() {
  local version=$1 dir=$2 node_dir=$3 arch proxy zip
  arch=$(go_arch)
  zip=golang.org/toolchain/@v/v0.0.1-go$version.linux-$arch.zip
  rm -rf "$dir/.new"
  mkdir -p "$dir/.new"
  [[ -d $node_dir/node_modules ]] || install_packages "$node_dir"
  # GOPROXY is a list; "direct" and "off" are no addresses.
  for proxy in $(tr ',|' '  ' <<<"${GOPROXY:-https://proxy.golang.org}"); do
    [[ $proxy == http*://* ]] || continue
    step "fetching Go $version from ${proxy#*://} (70 MB)"
    curl -fsSL --retry 2 --connect-timeout 10 -o "$dir/.new/go.zip" "${proxy%/}/$zip" && break
  done
  sha256sum --check --quiet <<<"${go_zip_sha256[$version - $arch]:?no checksum is known} $dir/.new/go.zip"
  node "$node_dir/unpack-go.mjs" "$dir/.new/go.zip" "$dir/.new/go"
  mv "$dir/.new/go" "$dir/$version"
  rm -rf "$dir/.new"
}

go_arch() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64 | arm64) echo arm64 ;;
    *) uname -m ;;
  esac
}
