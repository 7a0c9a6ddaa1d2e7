# shellcheck shell=sh disable=SC2153 # $ROOT is of ../helper
# The result of bootstrap, on which everything else depends: accounts, groups, keys, sudo, the host's name, the helper and its
# units. Bootstrap saves in $STATE/base what only it knows. The comparison finds accidents only: a helper that was changed on
# purpose could hide that.
. "$LIB/lib/accounts.sh"
. "$LIB/omv/rpc.sh"

BASE=$STATE/base
UNITS=$ROOT/etc/systemd/system
TAB=$(printf '\t')

check_extras() {
  [ -s "$BASE/keys-deploy" ] || refuse "this host does not remember its bootstrap: npm run bootstrap"
  jq -e '(has("hostname") | not) or (.hostname | type == "string" and test("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"))' "$INPUT" >/dev/null ||
    refuse "hostname must be a name of one label"
}

also() { say "$1"; }
die() {
  say "$1" >&2
  exit 1
}

activate() { # apply | restore
  [ "$1" = apply ] || return 0
  group "$ACCESS"
  group docker
  for name in deploy probe; do
    account "$name"
    wanted_groups "$name" >"$WORK/groups"
    facts | grep -qxF "$name is in $(cat "$WORK/groups")" || {
      usermod --groups "$(tr ' ' ',' <"$WORK/groups")" "$name"
      say "$name is in $(cat "$WORK/groups")"
    }
    facts | grep -q "^$name: shell /bin/bash," || usermod --shell /bin/bash "$name"
    keys_of "$name" "$BASE/keys-$name"
    rm -f "$(home_of "$name")/.ssh/authorized_keys2" # sshd reads it as well
  done
  admin=$(cat "$BASE/admin")
  if [ "$admin" != root ] && id -u "$admin" >/dev/null 2>&1; then
    for name in $(groups_of_all); do member "$admin" "$name"; done
  fi
  sudoers "$WORK"
  hostname=$(input '.hostname // ""')
  [ -z "$hostname" ] || host_name "$hostname"
  units_again
}
# OpenMediaVault's sshd lets in no other group.
groups_of_all() { if omv_is_here; then echo "_ssh $ACCESS"; else echo "$ACCESS"; fi; }
wanted_groups() { # ACCOUNT: besides its own, sorted
  {
    [ "$1" != deploy ] || echo docker
    groups_of_all | tr ' ' '\n'
  } | sort | paste -sd ' '
}
units_again() {
  for unit in $(our_units); do
    cmp -s "$LIB/units/$unit" "$UNITS/$unit" || write_file "$UNITS/$unit" 0644 <"$LIB/units/$unit"
    without_drop_ins "$unit"
  done
  systemctl daemon-reload
  for unit in $(enabled_units); do
    case $unit in
      *.timer) keep_running "$unit" ;;
      *) systemctl -q enable "$unit" ;;
    esac
  done
}
enabled_units() { (cd "$LIB/units" && grep -l '^\[Install\]' ./*) | cut -c 3-; }
our_units() {
  for unit in "$LIB"/units/*.*; do echo "${unit##*/}"; done
}

home_of() { awk -F: -v name="$1" '$1 == name { print $6 }' "$ROOT/etc/passwd"; }
facts() { awk -f "$LIB/lib/accounts.awk" "$ROOT/etc/passwd" "$ROOT/etc/group" "$ROOT/etc/shadow"; }

effect() {
  for name in deploy probe; do
    echo "$name: shell /bin/bash, no password, not root"
    echo "$name is in $(wanted_groups "$name")"
  done
  for name in deploy probe; do
    awk -v name="$name" -f "$LIB/lib/keys.awk" "$BASE/keys-$name"
    echo "keys of $name: 600 $name"
  done
  sudo_wanted
  hostname=$(input '.hostname // ""')
  [ -z "$hostname" ] || printf 'host name %s\n' "$hostname" "$hostname at boot" "$hostname known to itself"
}
sudo_wanted() {
  echo "deploy by sudo: (root) NOSETENV: NOPASSWD: $DOOR"
  echo "probe by sudo: (root) NOSETENV: NOPASSWD: $DOOR probe"
}

live() {
  facts >"$WORK/accounts"
  sed '/^=/d' "$WORK/accounts"
  for name in deploy probe; do
    keys=$(home_of "$name")/.ssh/authorized_keys
    cat "$keys" "${keys}2" 2>/dev/null | awk -v name="$name" -f "$LIB/lib/keys.awk"
    echo "keys of $name: $(stat -c '%a %U' "$keys" 2>/dev/null || echo none)"
  done
  for name in deploy probe; do
    sudo -n -l -U "$name" 2>/dev/null | sed -n "s/^  *(/$name by sudo: (/p"
  done
  hostname=$(remembered hostname)
  [ -n "$hostname" ] || return 0
  echo "host name $(uname -n)"
  echo "host name $(cat "$ROOT/etc/hostname" 2>/dev/null) at boot"
  if hosts_knows "$hostname"; then echo "host name $hostname known to itself"; fi
}

watches() { our_units; }
drift() {
  for unit in $(our_units); do
    must_be_whole "$unit"
    cmp -s "$LIB/units/$unit" "$UNITS/$unit" || finding changed "$unit" "its unit was changed by hand"
    case $unit in *.timer) must_be_active "$unit" ;; esac
  done
  for unit in $(enabled_units); do must_be_enabled "$unit"; done
  [ -f "$WORK/accounts" ] || facts >"$WORK/accounts"
  sed -n "s/^=noticed \([^$TAB]*\)$TAB/noticed$TAB\1$TAB/p" "$WORK/accounts"
  admin=$(cat "$BASE/admin" 2>/dev/null || echo root)
  sed -n 's/^=member //p' "$WORK/accounts" >"$WORK/members"
  [ "$admin" = root ] || grep -qxF "$admin" "$WORK/members" ||
    finding missing "$admin" "is no longer in $ACCESS, so SSH does not let it in"
  grep -vxF -e deploy -e probe -e "$admin" "$WORK/members" | sed "s/.*/noticed$TAB&${TAB}is in $ACCESS, so SSH lets it in/"
  full_disks "$STATE" "$(home_of deploy)/.homelab" "$ROOT/var/lib/docker" | while IFS=$TAB read -r folder lacks; do
    finding no-room "$folder" "its disk $lacks"
  done
  [ "$(listing "$LIB" | sha256sum)" = "$(cat "$BASE/helper" 2>/dev/null)" ] ||
    finding helper-changed "" "the helper was changed by hand"
}
