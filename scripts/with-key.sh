#!/bin/bash
# npm run with-key -- COMMAND...   with an ssh-agent of its own that has the private key in $HOMELAB_KEY, and nothing else
# The key is in no file and no argument, and COMMAND does not have it in its environment.
set -Eeuo pipefail
if [ -z "${HOMELAB_KEY:-}" ] || [ $# = 0 ]; then
  echo "usage: npm run with-key -- COMMAND..., with a private key in the variable HOMELAB_KEY" >&2
  exit 1
fi
eval "$(ssh-agent -s)" >/dev/null
trap 'kill "$SSH_AGENT_PID"' EXIT
printf '%s\n' "$HOMELAB_KEY" | ssh-add -q -
unset HOMELAB_KEY
"$@"
