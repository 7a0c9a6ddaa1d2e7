#!/bin/bash
# What `npm run lab` runs: sees to it that the lab's own program can start, then hands over to cli.ts.
set -Eeuo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
  echo "The lab makes a network and containers and needs root: sudo npm run lab" >&2
  exit 1
fi
wanted="20.19"
have=$(node --version)
have=${have#v}
if [ "$(printf '%s\n' "$wanted" "$have" | sort -V | head -n 1)" != "$wanted" ]; then
  echo "Node $wanted or later is needed, this is $have" >&2
  exit 1
fi

why=""
if [ ! -e node_modules/.package-lock.json ]; then
  why="node_modules is not there"
elif [ package-lock.json -nt node_modules/.package-lock.json ]; then
  why="package-lock.json is newer than node_modules"
fi
if [ -n "$why" ]; then
  echo "$why: npm ci"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi
exec node --import tsx lab/cli.ts "$@"
