#!/bin/bash
# The Docker CLI on the lab's own engine, whose containers are the hosts:   docker.sh ps
. "$(dirname "$0")/lib.sh"
trap - ERR
dk "$@"
