# shellcheck shell=sh
# Containers that were set aside by a deployment that has died since: see bin/bring-back.

DEPLOY=deploy
SECONDS_EACH=120

settle_replacements() {
  home=$(getent passwd $DEPLOY | cut -d: -f6)
  for note in "$ROOT$home"/.homelab/former/*; do
    name=${note##*/}
    case $name in '*' | *.new | *.json) continue ;; esac
    what=$(by_deploy timeout $SECONDS_EACH "$LIB/bin/bring-back" "$name" overdue) || say "$name: cannot be brought back now"
    [ -z "$what" ] || say "$name: $what"
  done
}
by_deploy() { # PROGRAM...
  setpriv --reuid $DEPLOY --regid $DEPLOY --init-groups --inh-caps=-all -- env HOME="$home" "$@"
}
