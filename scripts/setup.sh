#!/bin/bash
# npm run setup: the one command that works in a fresh clone, where nothing is installed yet.
set -eu
cd "$(dirname "$0")/.."
. scripts/node-modules.sh
set -- node_modules/.bin/tsx scripts/setup/command.ts "$@"
status=0
ssh-add -l >/dev/null 2>&1 || status=$?
if [ "$status" = 2 ]; then # no agent: one for as long as setup runs
  exec env HOMELAB_OWN_AGENT=1 ssh-agent "$@"
fi
exec "$@"
