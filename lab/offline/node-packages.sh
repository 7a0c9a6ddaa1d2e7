# shellcheck shell=bash
# The npm packages of lab/offline/, in a folder where things are made. Sourced by build.sh and go-toolchain.sh.

offline=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# install_packages DIR: unless they are there already. DIR then has the sources that need them, too.
install_packages() {
  local dir=$1 lock
  mkdir -p "$dir"
  rm -rf "$dir/src" "$dir/dist"
  cp -R "$offline"/{package.json,package-lock.json,tsconfig.json,bundle.mjs,unpack-go.mjs,src} "$dir/"
  lock=$(sha256sum <"$dir/package-lock.json")
  if [[ $lock != "$(cat "$dir/node_modules/.complete" 2>/dev/null)" ]]; then
    step "installing the npm packages of lab/offline"
    (cd "$dir" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error) >/dev/null
    printf '%s\n' "$lock" >"$dir/node_modules/.complete"
  fi
}
