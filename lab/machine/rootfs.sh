#!/bin/bash
# The hosts' root file system: Debian plus packages.txt, as one tar file in the cache. Nothing of Docker is installed on this
# machine: the programs of the lab's Docker Engine are taken out of it too.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/debian.sh"

exec 9>"$LAB_CACHE/rootfs.lock"
flock -n 9 || {
  note "another lab is making it, waiting"
  flock 9
}
if [ -e "$BASE/root.tar" ]; then
  touch "$BASE/root.tar"
  note "in the cache"
  exit
fi

suite=$(suite) || die "the lab makes its hosts from the Debian that this machine runs, and this is not Debian"
main=$(mirror "$suite")
security=$(mirror "$suite-security")
[ -n "$main" ] || die "no Debian mirror for $suite among this machine's apt sources"

work=$LAB_CACHE/base.part
rm -rf --one-file-system "$work" # of an interrupted run
mkdir -p "$work/tmp" "$work/bin"

# some packages come from trixie, everything else must not
later=$(lines "$LAB_SRC/packages.txt" | awk '$1 == "trixie" { print $2 }' | paste -sd' ')
cat >"$work/pin" <<PIN
Package: *
Pin: release n=trixie
Pin-Priority: 50

Package: $later
Pin: release n=trixie
Pin-Priority: 900
PIN

# dpkg without fsync, manual pages or translations: 40 s instead of 60 and more; the Dockerfile removes these settings again
options=(
  --variant=minbase
  --include="$(lines "$LAB_SRC/packages.txt" | awk '{ print $NF }' | paste -sd,)"
  --aptopt='APT::Install-Recommends "false"'
  --aptopt='Acquire::Languages "none"'
  --dpkgopt=force-unsafe-io
  --dpkgopt='path-exclude=/usr/share/man/*'
  --dpkgopt='path-exclude=/usr/share/doc/*'
  --dpkgopt='path-exclude=/usr/share/locale/*'
  --setup-hook="mkdir -p \"\$1/etc/apt/preferences.d\" && cp $work/pin \"\$1/etc/apt/preferences.d/lab\""
  --customize-hook="$LAB_SRC/machine/own-mirror.sh"
  --customize-hook="rm -f \"\$1/etc/resolv.conf\" \"\$1/etc/hostname\""
)
sources=("deb $main $suite main" "deb $main $suite-updates main")
[ -z "$security" ] || sources+=("deb $security $suite-security main")
[ "$suite" = trixie ] || sources+=("deb $main trixie main")
note "mmdebstrap: Debian $suite with $(lines "$LAB_SRC/packages.txt" | wc -l) packages and what they need"
TMPDIR=$work/tmp mmdebstrap "${options[@]}" "$suite" "$work/root.tar" "${sources[@]}" >&2

programs=(usr/sbin/dockerd usr/sbin/runc usr/sbin/docker-proxy usr/bin/docker usr/bin/containerd usr/bin/containerd-shim-runc-v2
  usr/bin/tini-static usr/bin/busybox)
tar -C "$work/bin" --transform 's|.*/||' -xf "$work/root.tar" "${programs[@]/#/./}"
mv "$work/bin/tini-static" "$work/bin/docker-init"
rm -rf --one-file-system "$work/tmp"
if [ -d "$BASE" ]; then # an engine still runs its programs, but another packages.txt took its tar file away
  mv "$work/root.tar" "$BASE/root.tar"
  rm -rf --one-file-system "$work"
else
  mv "$work" "$BASE"
fi

for old in "$LAB_CACHE"/base-*; do # of an older packages.txt
  [ "$old" = "$BASE" ] && continue
  [ -z "$(find "$old" -maxdepth 1 -name root.tar -mmin -1440)" ] || continue # a clone of another version is at work
  rm -f "$old/root.tar"
  in_use=$(find /proc -maxdepth 2 -name exe -lname "$old/*" -print -quit 2>/dev/null || true)
  [ -n "$in_use" ] || rm -rf --one-file-system "$old" # else an engine that runs needs its programs
done
did "made, $(du -h "$BASE/root.tar" | cut -f1)"
