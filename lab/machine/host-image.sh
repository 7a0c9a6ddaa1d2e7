#!/bin/bash
# The image of hosts: the root file system plus ../host, in the lab's own Docker Engine.
. "$(dirname "$0")/lib.sh"

if dk image inspect "$IMAGE" >/dev/null 2>&1; then
  note "$IMAGE, unchanged"
  exit
fi
if ! dk image inspect "$BASE_IMAGE" >/dev/null 2>&1; then
  note "importing the root file system"
  dk import "$BASE/root.tar" "$BASE_IMAGE" >&2
fi
context=$LAB_DIR/run/context
rm -rf "$context"
cp -r "$LAB_SRC/host" "$context"
cp "$NFS_CLIENT" "$context/mount.nfs"
dk build --network none --build-arg BASE="$BASE_IMAGE" --build-arg ADMIN="$ADMIN" -t "$IMAGE" "$context" >&2
rm -rf "$context"
while read -r old; do
  case $old in "$BASE_IMAGE" | "$IMAGE") ;; *) dk image rm "$old" >&2 || true ;; esac # one that is in use stays
done < <(dk images --format '{{.Repository}}:{{.Tag}}' 'lab/*')
did "$IMAGE built"
