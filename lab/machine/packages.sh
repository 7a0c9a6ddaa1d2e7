#!/bin/bash
# Install the Debian packages that this machine lacks, and print the reason for each.   packages.sh [vms]
. "$(dirname "$0")/lib.sh"

exec 9>"$LAB_CACHE/packages.lock"
flock -n 9 || {
  note "another lab is installing them, waiting"
  flock 9
}
missing=()
want() { # PACKAGE REASON TEST...
  local package=$1 reason=$2
  shift 2
  "$@" >/dev/null 2>&1 && return
  missing+=("$package")
  note "missing: $package, $reason"
}
program() { command -v "$1"; }

want iproute2 "makes the lab's network" program ip
want iptables "the lab's Docker Engine and its firewall" program iptables
want util-linux "starts programs in the lab's network" program nsenter
want openssl "makes the registries' certificate" program openssl
want curl "asks the registries" program curl
want openssh-client "logs in to the hosts" program ssh-agent
want nmap "scans the hosts in tests" program nmap
want perl "the hosts' runc, where the kernel's rights are limited" program perl
want mmdebstrap "makes the hosts' root file system and the service images" program mmdebstrap
if [ "${1:-}" = vms ]; then
  want qemu-system-x86 "runs virtual machines" program qemu-system-x86_64
  want e2fsprogs "makes their disks" program mkfs.ext4
elif [ ! -x "$NFS_CLIENT" ]; then
  want gcc "compiles the hosts' NFS client" program gcc
  want make "compiles the hosts' NFS client" program make
  want cmake "compiles the hosts' NFS client" program cmake
  want pkg-config "compiles the hosts' NFS client" program pkg-config
  want libc6-dev "compiles the hosts' NFS client" test -e /usr/include/string.h
  want libfuse3-dev "compiles the hosts' NFS client" test -e /usr/include/fuse3/fuse.h
fi

if [ ${#missing[@]} = 0 ]; then
  note "everything is there"
  exit
fi
command -v apt-get >/dev/null || die "these programs are missing, and this is no Debian system that could install them"
unbroken # Ctrl-C would leave a partial installation on the owner's machine
note "installing with apt-get: ${missing[*]}"
new=$(bash "$LAB_SRC/../scripts/apt-install.sh" "${missing[@]}")
for package in $new; do record_shared "package $package"; done
did "installed: ${new//$'\n'/ }"
