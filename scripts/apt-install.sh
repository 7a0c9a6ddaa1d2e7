#!/bin/bash
# apt-install.sh PACKAGE...   as root: installs Debian packages, one caller after another, and prints the names of all that
# are new, dependencies too. The log goes to stderr.
set -Eeuo pipefail

exec 9>/run/lock/homelab-apt.lock # lint and labs begin at the same time
flock 9
installed() { dpkg-query -W -f '${Package}\n' | sort; }
before=$(installed)
{
  if [ -n "$(dpkg --audit)" ]; then dpkg --configure -a; fi # an installation was broken off
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
} >&2
comm -13 <(printf '%s\n' "$before") <(installed)
