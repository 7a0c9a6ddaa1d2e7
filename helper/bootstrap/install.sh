# shellcheck shell=sh disable=SC2154 # variables of ../bootstrap.sh
# The helper and its units.

UNITS=/etc/systemd/system

helper() {
  [ -f "$bundle/helper/helper" ] || die "the transferred files have no helper"
  mkdir "$bundle/new"
  cp -R "$bundle/helper/." "$bundle/new"
  rm -rf "$bundle/new/bootstrap" "$bundle/new/bootstrap.sh" "$bundle/new/README.md"
  (cd "$bundle/new" && find . -type f | sort | xargs sha256sum | sha256sum | cut -c 1-12) >"$bundle/version"
  mv "$bundle/version" "$bundle/new/version"
  modes "$bundle/new"
  refuse_older
  [ -d /var/lib/homelab ] || install -d -m 0700 /var/lib/homelab
  if [ "$(listing "$bundle/new")" != "$(listing "$LIB" 2>/dev/null)" ]; then
    former=$(cat "$LIB/version" 2>/dev/null || true)
    replace
    also "$(cat "$LIB/version")${former:+ (was $former)}"
  fi
  if [ "$(readlink "$DOOR")" != "$LIB/helper" ]; then
    ln -sfn "$LIB/helper" "$DOOR"
    also "$DOOR"
  fi
  units
  "$DOOR" version >&2 || die "the helper does not start: $DOOR version says why"
}

modes() { # FOLDER
  chown -R root:root "$1"
  find "$1" -type d -exec chmod 0755 {} +
  find "$1" -type f -exec chmod 0644 {} +
  chmod 0755 "$1/helper"
  if [ -d "$1/bin" ]; then find "$1/bin" -type f -exec chmod 0755 {} +; fi
}

# Several clones may manage a host, and one of them may be outdated.
refuse_older() {
  theirs=$("$DOOR" version 2>/dev/null | jq -r '.protocol // 0' 2>/dev/null || true)
  ours=$(sed -n 's/^PROTOCOL=\([0-9]*\)$/\1/p' "$bundle/helper/helper")
  [ "${theirs:-0}" -le "${ours:-0}" ] ||
    die "the helper here speaks protocol $theirs, this clone protocol $ours: bring the clone up to date (git pull)"
}

# Never while the helper changes something, and never partially.
replace() {
  exec 9>/var/lib/homelab/lock
  flock -w 120 9 || die "the helper has been busy for two minutes: try again later"
  rm -rf "$LIB.new" "$LIB.old"
  cp -R "$bundle/new" "$LIB.new"
  modes "$LIB.new"
  sync
  [ ! -e "$LIB" ] || mv -T "$LIB" "$LIB.old"
  mv -T "$LIB.new" "$LIB"
  obsolete_units
  rm -rf "$LIB.old"
  exec 9>&-
}

# The units of the previous helper.
obsolete_units() {
  for unit in "$LIB.old"/units/*.*; do
    unit=${unit##*/}
    if [ -e "$LIB/units/$unit" ] || [ ! -e "$UNITS/$unit" ]; then continue; fi
    systemctl disable --now "$unit" >&2 || true
    rm -f "$UNITS/$unit"
    systemctl daemon-reload
    also "$unit is gone"
  done
}

units() {
  fresh=""
  for unit in "$LIB"/units/*.*; do
    [ -f "$unit" ] || continue
    cmp -s "$unit" "$UNITS/${unit##*/}" && continue
    install -m 0644 "$unit" "$UNITS/${unit##*/}"
    fresh="$fresh ${unit##*/}"
  done
  [ -z "$fresh" ] || { systemctl daemon-reload && also "units$fresh"; }
  for unit in "$LIB"/units/*.*; do
    grep -qs '^\[Install\]' "$unit" || continue
    ! systemctl --quiet is-enabled "${unit##*/}" 2>/dev/null || continue
    # starts units that wait for something at once, and leaves those that act to their time
    case $unit in *.timer | *.path) now=--now ;; *) now="" ;; esac
    systemctl --quiet enable $now "${unit##*/}" >&2 || die "${unit##*/} does not start: systemctl status says why"
    also "${unit##*/} is enabled"
  done
}

# Another sudoers line, or a group, may give deploy more than the helper.
more_than_the_helper() {
  ! sudo -n -l -U deploy 2>/dev/null | grep -qE '^ +\(.*\) .*ALL$' ||
    warn "deploy may do anything as root, through another sudoers line or a group: sudo -l -U deploy"
}
