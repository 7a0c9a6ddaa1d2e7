# shellcheck shell=sh
# Who may log in, and how. Debian's sshd_config includes sshd_config.d at its top and the first value counts, so that a
# file which sorts first decides.

SSH_GROUP=homelab-ssh
MAIN=$ROOT/etc/ssh/sshd_config
DROP_INS=$ROOT/etc/ssh/sshd_config.d
DROP_IN=$DROP_INS/00-homelab.conf
INCLUDE='^[[:space:]]*Include[[:space:]]+/etc/ssh/sshd_config\.d/\*\.conf'

may_write() { echo "$DROP_IN"; }
mode_of() { echo 0600; }
is_guarded() { :; }
touches() { drop_ins '<'; }

validate() {
  grep -Eqi "$INCLUDE" "$MAIN" || refuse "$MAIN does not include /etc/ssh/sshd_config.d/*.conf"
  as_it_would_be "$1$DROP_IN" >"$WORK/sshd_config"
  sshd -t -f "$WORK/sshd_config" 2>"$WORK/sshd-says" || refuse "sshd says: $(tail -n 1 "$WORK/sshd-says")"
  grep -Eqi "^AllowGroups[[:space:]]+$SSH_GROUP\$" "$1$DROP_IN" || return 0
  administrator_can_log_in ||
    refuse "no member of $SSH_GROUP has both a key and full sudo: whoever looks after this host would be locked out"
}

# Our file, those that come after it, and what sshd_config says itself.
as_it_would_be() {
  cat "$1"
  drop_ins '>' | while read -r file; do
    cat "$file"
    echo "Match all"
  done
  grep -Eiv "$INCLUDE" "$MAIN" || true # there may be nothing else in it
}
# The other files that sort before ours, or after it.
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

# Sessions that are there stay, whatever changes.
activate() { # apply | restore
  if [ "$1" = apply ]; then put_aside; fi
  systemctl reload-or-restart ssh.service
  if [ "$1" = apply ]; then in_effect; fi
}
# A file that sorts before ours would have the first word.
put_aside() {
  drop_ins '<' | while read -r file; do
    back_up "$file"
    rm -f "$file"
    say "put aside $file, which came before ours"
  done
}
in_effect() {
  sshd -T -C user=deploy,host=localhost,addr=127.0.0.1 >"$WORK/effective"
  grep '^[A-Za-z]' "$DROP_IN" | while read -r line; do
    grep -qixF "$line" "$WORK/effective" || {
      say "sshd does not take: $line" >&2
      return 1
    }
  done
}
deactivate() {
  (cd "$STATE/backup$DROP_INS" 2>/dev/null && ls) | while read -r name; do
    give_back "$DROP_INS/$name"
  done
  systemctl reload-or-restart ssh.service
}

# What sshd makes of all its files: one that sorts before ours would win.
live() {
  sshd -T -C user=deploy,host=localhost,addr=127.0.0.1 2>/dev/null | awk '
    NR == FNR { if (/^[A-Za-z]/) spelled[tolower($1)] = $1; next }
    $1 in spelled { name = spelled[$1]; $1 = ""; print name $0 }
  ' "$DROP_IN" - | sort
}
live_findings() { sed -n 's/^[+~]\([^\t]*\).*/changed\t\t\1/p'; }
watches() { echo ssh.service; }
drift() { must_be_active ssh.service; }
