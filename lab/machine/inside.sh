#!/bin/bash
# Run a program in the lab's network namespace, where the LAN's gateway is:   inside.sh ip route
. "$(dirname "$0")/lib.sh"
trap - ERR
in_netns "$@"
