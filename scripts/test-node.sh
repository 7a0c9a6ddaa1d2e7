#!/bin/bash
# npm run test:node -- [VERSION...] [--start]   the unit tests on these versions of Node; default 22 and 24, those that
#                                               Pulumi asks for. --start: only what loads modules, as npm test does.
# The binaries come from npm, as packages node-PLATFORM-ARCHITECTURE, and are kept in a cache; nothing of this machine's
# own Node changes.
set -Eeuo pipefail
cd "$(dirname "$0")/.."
. scripts/node-modules.sh

CACHE=${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/homelab}/node
# What differs between versions of Node is how modules are found and loaded: TypeScript, JSON, packages that are ES modules.
START=(test/scripts/start test/scripts/help test/scripts/check)

versions=() files=()
for argument in "$@"; do
  case $argument in
    --start) files=(--testPathPatterns "${START[@]}") ;;
    [1-9]*) versions+=("$argument") ;;
    *)
      echo "npm run test:node -- [VERSION...] [--start]" >&2
      exit 1
      ;;
  esac
done
if [ ${#versions[@]} = 0 ]; then versions=(22 24); fi

# node_of VERSION: prints the folder with that Node, and fetches it the first time
node_of() {
  local package folder
  package=node-$(node -p 'process.platform + "-" + process.arch')
  folder=$CACHE/$1
  if [ ! -x "$folder/node_modules/$package/bin/node" ]; then
    npm install --prefix "$folder" --no-save --ignore-scripts --no-audit --no-fund --loglevel=error "$package@$1" >&2
  fi
  echo "$folder/node_modules/$package/bin"
}

failed=()
for version in "${versions[@]}"; do
  bin=$(node_of "$version")
  echo "Node $("$bin/node" --version)"
  PATH=$bin:$PATH node node_modules/.bin/jest --selectProjects unit "${files[@]}" || failed+=("$version")
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "Tests failed on Node ${failed[*]}" >&2
  exit 1
fi
