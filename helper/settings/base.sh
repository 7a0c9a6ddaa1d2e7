# shellcheck shell=sh disable=SC2153 # $ROOT is of ../helper
# What all else stands on, as bootstrap made it: accounts, groups, keys, sudo, the host's name, the helper and its units.
# Bootstrap leaves in $STATE/base what only it knows. A helper that somebody changed cannot be trusted to find that out:
# what is compared here is for accidents.
. "$LIB/lib/accounts.sh"

BASE=$STATE/base
UNITS=$ROOT/etc/systemd/system

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
    [ "$(groups_now "$name")" = "$(cat "$WORK/groups")" ] || {
      usermod --groups "$(tr ' ' ',' <"$WORK/groups")" "$name"
      say "$name is in $(cat "$WORK/groups")"
    }
    [ "$(shell_of "$name")" = /bin/bash ] || usermod --shell /bin/bash "$name"
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
# OpenMediaVault's sshd lets no other group in.
groups_of_all() { if getent group openmediavault-admin >/dev/null; then echo "_ssh $ACCESS"; else echo "$ACCESS"; fi; }
wanted_groups() { # ACCOUNT: besides its own, by the alphabet
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
  for unit in $(our_units); do
    case $unit in
      *.timer) keep_running "$unit" ;;
      *) ! grep -q '^\[Install\]' "$LIB/units/$unit" || systemctl -q enable "$unit" ;;
    esac
  done
}
our_units() {
  for unit in "$LIB"/units/*.*; do echo "${unit##*/}"; done
}

home_of() { awk -F: -v name="$1" '$1 == name { print $6 }' "$ROOT/etc/passwd"; }
shell_of() { awk -F: -v name="$1" '$1 == name { print $7 }' "$ROOT/etc/passwd"; }
groups_now() { # ACCOUNT: as wanted_groups, and its primary one if that is not its own
  awk -F: -v name="$1" 'FILENAME == ARGV[1] { if ($1 == name) primary = $4; next }
    ("," $4 ",") ~ ("," name ",") || ($3 == primary && $1 != name) { print $1 }' "$ROOT/etc/passwd" "$ROOT/etc/group" |
    sort -u | paste -sd ' '
}
keys_there() { # ACCOUNT: a line each, without comments
  home=$(home_of "$1")
  [ -n "$home" ] || return 0
  cat "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2" 2>/dev/null | grep -v '^[[:space:]]*\(#.*\)\?$' || true
}
# A key by its comment and a digest of the whole line, since what stands before it counts as well.
key_facts() { # ACCOUNT, lines on standard input
  while read -r line; do
    echo "key of $1: ${line##* } ($(printf '%s' "$line" | sha256sum | cut -c 1-12))"
  done
}

effect() {
  for name in deploy probe; do
    echo "$name: shell /bin/bash, no password, not root"
    echo "$name is in $(wanted_groups "$name")"
    key_facts "$name" <"$BASE/keys-$name"
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
  for name in deploy probe; do
    account_fact "$name"
    echo "$name is in $(groups_now "$name")"
    keys_there "$name" | key_facts "$name"
    echo "keys of $name: $(stat -c '%a %U' "$(home_of "$name")/.ssh/authorized_keys" 2>/dev/null || echo none)"
  done
  for name in deploy probe; do
    # without a host's own rule for whoever looks at himself, which Debian has none of
    sudo -n -l -U "$name" 2>/dev/null | sed -n "s/^  *(/$name by sudo: (/p"
  done
  hostname=$(applied '.hostname // ""')
  [ -n "$hostname" ] || return 0
  echo "host name $(uname -n)"
  echo "host name $(cat "$ROOT/etc/hostname" 2>/dev/null) at boot"
  if hosts_knows "$hostname"; then echo "host name $hostname known to itself"; fi
}
account_fact() { # ACCOUNT
  shell=$(shell_of "$1")
  awk -F: -v name="$1" -v shell="$shell" 'FILENAME == ARGV[1] { if ($1 == name) uid = $3; next }
    $1 == name { password = $2 }
    END { printf "%s: shell %s, %s password, %s\n", name, shell == "" ? "none" : shell,
      password == "*" ? "no" : password ~ /^!/ ? "locked, a" : "a", uid == 0 ? "root" : "not root" }' "$ROOT/etc/passwd" "$ROOT/etc/shadow"
}
live_findings() { line_findings ""; }

watches() { our_units; }
drift() {
  for unit in $(our_units); do
    must_be_whole "$unit"
    cmp -s "$LIB/units/$unit" "$UNITS/$unit" || finding changed "$unit" "its unit was changed by hand"
    case $unit in *.timer) must_be_active "$unit" ;; esac
    ! grep -q '^\[Install\]' "$LIB/units/$unit" || must_be_enabled "$unit"
  done
  admin=$(cat "$BASE/admin" 2>/dev/null || echo root)
  members_of "$ACCESS" >"$WORK/members"
  [ "$admin" = root ] || grep -qxF "$admin" "$WORK/members" ||
    finding missing "$admin" "is not in $ACCESS any more, so SSH does not let it in"
  grep -vxF -e deploy -e probe -e "$admin" "$WORK/members" | while read -r name; do
    finding noticed "$name" "is in $ACCESS, so SSH lets it in"
  done
  members_of docker | grep -vxF deploy | while read -r name; do
    finding noticed "$name" "is in the group docker, which is as good as root"
  done
  awk -F: '$3 == 0 && $1 != "root" { print $1 }' "$ROOT/etc/passwd" | while read -r name; do
    finding noticed "$name" "has the user id 0, so it is root"
  done
  [ "$(listing "$LIB" | sha256sum)" = "$(cat "$BASE/helper" 2>/dev/null)" ] ||
    finding helper-changed "" "the helper was changed by hand"
}
members_of() { # GROUP, also those whose primary one it is
  awk -F: -v group="$1" 'FILENAME == ARGV[1] { if ($1 == group) { gid = $3; n = split($4, name, ","); for (i = 1; i <= n; i++) print name[i] } next }
    gid != "" && $4 == gid { print $1 }' "$ROOT/etc/group" "$ROOT/etc/passwd" | grep . | sort -u || true
}
