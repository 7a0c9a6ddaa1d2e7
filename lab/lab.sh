#!/bin/bash
# What `npm run lab` runs: sees to it that the lab's own program can start, then hands over to cli.ts.
set -Eeuo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
  echo "The lab makes a network and containers and needs root: sudo npm run lab" >&2
  exit 1
fi
. scripts/node-modules.sh
exec node --import tsx lab/cli.ts "$@"
