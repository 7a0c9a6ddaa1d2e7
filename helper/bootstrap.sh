#!/bin/sh
# Prepares a host for the homelab: accounts, the helper and its one sudoers line, host name, Docker Engine.
# `npm run bootstrap` runs it as root:   bootstrap.sh FOLDER
# FOLDER contains helper/ and request/ and is removed afterwards. request/ has one file for each parameter:
#   hostname  admin  packages (of its role)  deploy-keys  probe-keys (one public key a line)  reboot (exists if allowed)
# stdout is for people, a line per fact: + changed, - unchanged, ? needs attention, ! failed; "= …" is for the calling
# program. stderr is the log. A second run changes only what differs.
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

[ -z "$omv" ] || note "OpenMediaVault manages SSH, the host name and the firewall here: they are left to it"
[ -n "$changed" ] || note "unchanged: helper $(cat "$LIB/version"), accounts, Docker Engine"
if [ -n "$reboot_needed" ]; then
  if [ -e "$bundle/request/reboot" ]; then
    echo "= rebooting $(boot_identity)"
    systemd-run --quiet --on-active=3s systemctl reboot >&2
  else
    warn "memory limits work only after a reboot (--reboot does it)"
  fi
fi
