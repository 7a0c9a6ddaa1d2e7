# shellcheck shell=bash
# Debian's mirror. Sourced by rootfs.sh and nfs-client.sh.

suite() { (. /etc/os-release && [ "$ID" = debian ] && echo "$VERSION_CODENAME"); }
mirror() { # of a suite, as this machine's own apt sources have it
  # shellcheck disable=SC2016 # the variables are apt's
  apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk -v suite="$1" '$1 == suite && !done { sub("/$", "", $2); print $2; done = 1 }'
}
