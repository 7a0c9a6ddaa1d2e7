#!/bin/sh
# run-helper.sh ROOT SCRIPT [ARGUMENT...]: a script with the helper's functions, on a host that is a folder. PATH has
# nothing but what the folder offers, so that no test can reach this machine. As ../../helper/helper.
# shellcheck disable=SC2034 # variables of the script
set -eu
umask 022
ROOT=$1
script=$2
shift 2
PATH=$ROOT/bin LC_ALL=C
export PATH LC_ALL ROOT
LIB=$ROOT/usr/local/lib/homelab
STATE=$ROOT/var/lib/homelab
PROTOCOL=$(sed -n 's/^PROTOCOL=//p' "$LIB/helper")
# shellcheck source=/dev/null # any
. "$script"
