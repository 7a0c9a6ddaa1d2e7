#!/bin/bash
# On a host: a container that does nothing but hold a folder of the host.   make-container.sh NAME FOLDER
# As this program makes one that mounts a share: Docker must not make the folder if it is missing.
set -euo pipefail
docker image inspect box >/dev/null 2>&1 ||
  tar -C /usr/bin -c busybox | docker import --change 'ENTRYPOINT ["/busybox"]' - box
docker create --name "$1" --label "homelab.service=$1" --restart unless-stopped --init --network none --mount "type=bind,source=$2,target=/share" box sleep 1000000
docker start "$1"
