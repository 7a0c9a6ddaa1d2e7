#!/bin/sh
# Makes a host ready for the homelab: accounts, the helper and its one sudoers line, host name, Docker Engine.
# `npm run bootstrap` runs it as root:   bootstrap.sh FOLDER
# FOLDER holds helper/ and request/ and is removed. request/ has a file for each thing that it is told:
#   hostname  admin  packages (of its role)  deploy-keys  probe-keys (a public key a line)  reboot (there if it may)
# Its stdout is for people, a line per fact: + changed, - as it was, ? to look at, ! failed; "= …" is for the program that
# runs it. Its stderr is the log. Run again, it changes only what is not so yet.
set -eu
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
bundle=$1
trap 'rm -rf "$bundle"' EXIT
exec </dev/null

changed=""
reboot_needed=""
facts=""
did() {
  changed=1
  printf '+ %s\n' "$1"
}
also() { facts="${facts:+$facts, }$1"; } # of what is told in one line
tell() {
  [ -z "$facts" ] || did "$1: $facts"
  facts=""
}
note() { printf -- '- %s\n' "$1"; }
warn() { printf '? %s\n' "$1"; }
die() {
  tell "before it failed"
  printf '! %s\n' "$1"
  exit 1
}
request() { cat "$bundle/request/$1" 2>/dev/null || true; }

ROOT= # what the helper's own parts begin each path with
LIB=/usr/local/lib/homelab
BASE=/var/lib/homelab/base
parts=$bundle/helper/bootstrap
# shellcheck source=lib/accounts.sh source-path=SCRIPTDIR
. "$bundle/helper/lib/accounts.sh"
# shellcheck source=bootstrap/machine.sh source-path=SCRIPTDIR
. "$parts/machine.sh"
# shellcheck source=bootstrap/access.sh source-path=SCRIPTDIR
. "$parts/access.sh"
# shellcheck source=bootstrap/install.sh source-path=SCRIPTDIR
. "$parts/install.sh"
# shellcheck source=bootstrap/docker.sh source-path=SCRIPTDIR
. "$parts/docker.sh"

admin=$(request admin)
omv=""
refuse_unfit
is_installed openmediavault && omv=1

packages
accounts
tell accounts
[ -n "$omv" ] || host_name "$(request hostname)"
tell "the machine"
helper
tell helper
sudoers "$bundle"
tell sudo
more_than_the_helper
remember
docker_engine
memory_controller

[ -z "$omv" ] || note "OpenMediaVault owns SSH, the host name and the firewall here: they are left to it"
[ -n "$changed" ] || note "as it was: helper $(cat "$LIB/version"), accounts, Docker Engine"
if [ -n "$reboot_needed" ]; then
  if [ -e "$bundle/request/reboot" ]; then
    echo "= rebooting $(boot_identity)"
    systemd-run --quiet --on-active=3s systemctl reboot >&2
  else
    warn "memory limits work after a reboot only (--reboot does it)"
  fi
fi
