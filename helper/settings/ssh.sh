# shellcheck shell=sh
# Who may log in, and how. Debian's sshd_config includes sshd_config.d at its top and the first value wins, so the file that
# sorts first decides.

SSH_GROUP=homelab-ssh
MAIN=$ROOT/etc/ssh/sshd_config
DROP_INS=$ROOT/etc/ssh/sshd_config.d
DROP_IN=$DROP_INS/00-homelab.conf
INCLUDE='^[[:space:]]*Include[[:space:]]+/etc/ssh/sshd_config\.d/\*\.conf'

may_write() { echo "$DROP_IN"; }
mode_of() { echo 0600; }
is_guarded() { :; }
touches() {
  echo "$MAIN"
  drop_ins '<'
  drop_ins '>'
}
check_extras() { check_admin; }

# Creates what sshd -t needs while sshd does not run.
sshd_room() { [ -d "$ROOT/run/sshd" ] || mkdir -m 0755 "$ROOT/run/sshd"; }

validate() {
  sshd_room
  login_lines "$1$DROP_IN"
  grep -Eqi "$INCLUDE" "$MAIN" || refuse "$MAIN does not include /etc/ssh/sshd_config.d/*.conf"
  as_it_would_be "$1$DROP_IN" >"$WORK/sshd_config"
  sshd -t -f "$WORK/sshd_config" 2>"$WORK/sshd-says" || refuse "sshd says: $(tail -n 1 "$WORK/sshd-says")"
  grep -Eqi "^AllowGroups[[:space:]]+$SSH_GROUP\$" "$1$DROP_IN" || return 0
  administrator_can_log_in ||
    refuse "no member of $SSH_GROUP has both a key and full sudo: its administrator would be locked out"
}

# sshd can also run programs, let root in, and treat each connection differently.
login_lines() { # FILE
  only_lines "$1" <<LINES

#.*
(PasswordAuthentication|KbdInteractiveAuthentication|PermitRootLogin|X11Forwarding) no
AllowGroups $SSH_GROUP
(AllowUsers|DenyUsers) [a-z_][a-z0-9_-]*
(LoginGraceTime|ClientAliveInterval|MaxAuthTries|MaxSessions) [0-9]+
MaxStartups [0-9]+:[0-9]+:[0-9]+
(KexAlgorithms|Ciphers|MACs|HostKeyAlgorithms) [a-z0-9@.,-]+
LINES
}

# Our file, those that sort after it, and sshd_config's own lines.
as_it_would_be() {
  cat "$1"
  drop_ins '>' | while read -r file; do
    cat "$file"
    echo "Match all"
  done
  grep -Eiv "$INCLUDE" "$MAIN" || true # there may be nothing else in it
}
# The other files that sort before or after ours.
drop_ins() { # < or >
  find "$DROP_INS" -maxdepth 1 -name '*.conf' | sort | awk -v ours="$DROP_IN" "\$0 $1 ours"
}

administrator_can_log_in() {
  getent group "$SSH_GROUP" | cut -d: -f4 | tr ',' '\n' >"$WORK/members"
  while read -r user; do
    home=$(getent passwd "$user" | cut -d: -f6)
    if [ -n "$home" ] && grep -Eq '^[^#]*(ssh-|ecdsa-|sk-)' "$home/.ssh/authorized_keys" 2>/dev/null &&
      sudo -l -U "$user" 2>/dev/null | grep -Eq '^[[:space:]]+\((ALL|root)( : ALL)?\)( NOPASSWD:)? ALL$'; then
      return 0
    fi
  done <"$WORK/members"
  return 1
}

# Open sessions survive every change.
activate() { # apply | restore
  if [ "$1" = apply ]; then
    put_aside
    overrule
    sshd -t 2>"$WORK/sshd-says" || {
      say "sshd says: $(tail -n 1 "$WORK/sshd-says")" >&2
      return 1
    }
    systemctl -q enable ssh.service
  else
    without_broken
  fi
  systemctl reload-or-restart ssh.service
}
# A file that sorts before ours would win.
put_aside() {
  drop_ins '<' | while read -r file; do
    back_up "$file"
    rm -f "$file"
    say "put aside $file, which came before ours"
  done
}
# Lines that override ours nevertheless: those for some connections, and ports, all of which sshd uses.
overrule() {
  {
    echo "$MAIN"
    drop_ins '>'
  } | while read -r file; do
    awk -v port="$(input '.admin.port // ""')" -f "$LIB/lib/sshd-overrule.awk" "$DROP_IN" "$file" >"$WORK/overruled"
    cmp -s "$WORK/overruled" "$file" && continue
    back_up "$file"
    write_file "$file" "$(stat -c %a "$file")" <"$WORK/overruled"
    say "commented out lines of $file that overrode ours"
  done
}
# sshd may not start with one of the former files, and would keep the new settings forever.
without_broken() {
  sshd_room
  tries=5
  until sshd -t 2>"$WORK/sshd-says" || [ "$tries" = 0 ]; do
    tries=$((tries - 1))
    file=$(sed -n "s|^\($DROP_INS/[^:/]*\.conf\)[: ].*|\1|p" "$WORK/sshd-says" | head -n 1)
    if [ -z "$file" ]; then return 0; fi
    back_up "$file"
    rm -f "$file"
    say "put aside $file, with which sshd does not start"
  done
}
lets_in() {
  note_admin "$WORK/lets-in"
  lets_everybody_in "$WORK/lets-in"
}
deactivate() {
  for folder in "$DROP_INS" "${MAIN%/*}"; do
    find "$STATE/backup$folder" -maxdepth 1 -type f 2>/dev/null | while read -r file; do give_back "${file#"$STATE/backup"}"; done
  done
  systemctl reload-or-restart ssh.service
}

# sshd's effective configuration: the keys of our file, globally, and for each Match that changes them.
live() {
  sshd_room
  sshd -T -C user=deploy,host=localhost,addr=127.0.0.1 2>/dev/null | said_by_sshd
  matches | while read -r where match; do
    sshd -T -C "$where" 2>/dev/null | said_by_sshd | grep -v '^Port ' | grep -vxF -f "$DROP_IN" | sed "s|\$| ($match)|" || true
  done
}
said_by_sshd() {
  awk '
    NR == FNR { if (/^[A-Za-z]/) spelled[tolower($1)] = $1; next }
    $1 == "port" { print "Port " $2 }
    $1 in spelled { name = spelled[$1]; $1 = ""; print name $0 }
  ' "$DROP_IN" - | sort
}
# "user=ANNA,... Match User ANNA": a connection for each Match of a file that is not ours.
matches() {
  cat "$MAIN" "$DROP_INS"/*.conf 2>/dev/null | awk -f "$LIB/lib/sshd-matches.awk" | while read -r where match; do
    group=$(printf '%s\n' "$where" | sed -n 's/.*group=\([^,]*\).*/\1/p')
    if [ -n "$group" ]; then
      user=$(getent group "$group" | cut -d: -f4 | cut -d, -f1)
      where=$(printf '%s\n' "$where" | sed "s/user=[^,]*/user=${user:-nobody}/; s/,group=[^,]*//")
    fi
    printf '%s %s\n' "$where" "$match"
  done
}
effect() {
  {
    grep '^[A-Za-z]' "$DROP_IN"
    port=$(input '.admin.port // ""')
    if [ -n "$port" ]; then echo "Port $port"; else live | grep '^Port '; fi
  } | sort
}
live_findings() { sed -n 's/^[+~]\([^\t]*\).*/changed\t\t\1/p; s/^-\(.*\)/missing\t\t\1/p'; }
watches() { echo ssh.service; }
drift() {
  must_be_active ssh.service
  must_be_enabled ssh.service
}
