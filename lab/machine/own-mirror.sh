#!/bin/bash
# In a root file system that mmdebstrap makes: keep some packages as files, in a folder that apt takes for a Debian mirror. The
# hosts have no way out, and a test lets bootstrap install what it took away before.   own-mirror.sh ROOT
set -Eeuo pipefail
mirror=$1/usr/local/lib/lab/mirror
mkdir -p "$mirror"
cd "$mirror"
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get download docker.io docker-cli jq ufw unattended-upgrades
for deb in *.deb; do
  dpkg-deb --field "$deb"
  printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
done >Packages
