#!/bin/bash
# Compile the NFS client that stands in for the kernel's (../nfs-client). libnfs 5, because the 4.0 of bookworm cannot
# write over NFSv4; static, so that a host needs only libfuse3.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/debian.sh"
version=5.0.2
sha256=637e56643b19da9fba98f06847788c4dad308b723156a64748041035dcdf9bd3

exec 9>"$LAB_CACHE/nfs-client.lock"
flock 9
if [ -x "$NFS_CLIENT" ]; then
  note "in the cache"
  exit
fi
work=$LAB_CACHE/nfs-client.part
rm -rf "$work"
mkdir -p "$work/src"
main=$(mirror "$(suite)")
[ -n "$main" ] || die "no Debian mirror among this machine's apt sources"
{
  curl -sSf --retry 3 -o "$work/src.tgz" "$main/pool/main/libn/libnfs/libnfs_$version.orig.tar.gz"
  echo "$sha256  $work/src.tgz" | sha256sum -c
  tar -C "$work/src" --strip-components=1 -xzf "$work/src.tgz"
  cmake -S "$work/src" -B "$work/build" -DBUILD_SHARED_LIBS=OFF -DENABLE_UTILS=OFF -DENABLE_EXAMPLES=OFF -DCMAKE_BUILD_TYPE=Release
  cmake --build "$work/build" -j2
  read -ra fuse < <(pkg-config --cflags --libs fuse3)
  gcc -O2 -Wall -Wextra -o "$work/mount.nfs" "$LAB_SRC"/nfs-client/*.c -I"$work/src/include" "${fuse[@]}" "$work/build/lib/libnfs.a"
} >&2
rm -f "$LAB_CACHE"/mount.nfs-*
mv "$work/mount.nfs" "$NFS_CLIENT"
rm -rf "$work"
did "compiled with libnfs $version"
