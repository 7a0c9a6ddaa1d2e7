# shellcheck shell=sh
# The commands of the helper. $LIB, $STATE, $ROOT and $PROTOCOL are set by the script that sources this.

. "$LIB/lib/common.sh"
. "$LIB/lib/input.sh"
. "$LIB/lib/files.sh"
. "$LIB/lib/kernel.sh"
. "$LIB/lib/ssh-open.sh"
. "$LIB/lib/guard.sh"
. "$LIB/lib/drift.sh"
. "$LIB/lib/units.sh"
. "$LIB/lib/apply.sh"

arguments() {
  [ "$2" = "$1" ] || usage
}
known_setting() {
  case $1 in *[!a-z-]* | '') usage ;; esac
  [ -f "$LIB/settings/$1.sh" ] || usage
}

command=${1:-}
case $command in
  version)
    arguments 1 $#
    version
    ;;
  probe)
    arguments 1 $#
    begin
    . "$LIB/lib/containers.sh"
    . "$LIB/lib/probe.sh"
    probe
    ;;
  apply | remove)
    arguments 2 $#
    known_setting "$2"
    begin
    keep_input
    lock
    load "$2"
    "${command}_setting"
    ;;
  confirm)
    arguments 2 $#
    case $2 in *[!0-9a-f]* | '') usage ;; esac
    begin
    lock
    confirm "$2"
    ;;
  revert)
    arguments 1 $#
    begin
    lock
    revert "nobody confirmed it in time"
    ;;
  renew)
    arguments 1 $#
    begin
    lock
    load certificates
    renew
    ;;
  watch)
    arguments 1 $#
    begin # removes what a killed run left behind
    watched=0
    if [ -d "$PENDING" ] || [ -e "$FORCED" ]; then
      set +e # whether it fails or not, containers that a backup stopped have to run
      (
        set -e
        lock
        watch
      )
      watched=$?
      set -e
    fi
    if [ -e "$STATE/backups/running" ]; then
      . "$LIB/lib/backups.sh"
      clean_up_backups
    fi
    . "$LIB/lib/replacements.sh"
    settle_replacements # without the lock: Docker may take its time
    exit $watched
    ;;
  backup | restore)
    arguments 1 $#
    begin
    keep_input
    . "$LIB/lib/backups.sh"
    "$command"
    ;;
  backup-all)
    arguments 1 $#
    begin
    . "$LIB/lib/backups.sh"
    backup_all
    ;;
  drill | snapshots)
    arguments 1 $#
    begin
    . "$LIB/lib/backups.sh"
    "$command"
    ;;
  *) usage ;;
esac
