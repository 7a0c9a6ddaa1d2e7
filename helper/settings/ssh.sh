# shellcheck shell=sh
# Who may log in, and how. Debian's sshd_config includes sshd_config.d at its top and the first value counts, so that a
# file which sorts first decides.

SSH_GROUP=homelab-ssh
DROP_IN=/etc/ssh/sshd_config.d/00-homelab.conf
INCLUDE='^[[:space:]]*Include[[:space:]]+/etc/ssh/sshd_config\.d/\*\.conf'

path_allowed() { [ "$1" = "$DROP_IN" ]; }
mode_of() { echo 0600; }
is_guarded() { :; }

validate() {
  grep -Eqi "$INCLUDE" /etc/ssh/sshd_config || refuse "/etc/ssh/sshd_config does not include /etc/ssh/sshd_config.d/*.conf"
  as_it_would_be "$1$DROP_IN" >"$WORK/sshd_config"
  sshd -t -f "$WORK/sshd_config" 2>"$WORK/sshd-says" || refuse "sshd says: $(tail -n 1 "$WORK/sshd-says")"
  grep -Eqi "^AllowGroups[[:space:]]+$SSH_GROUP\$" "$1$DROP_IN" || return 0
  administrator_can_log_in ||
    refuse "no member of $SSH_GROUP has both a key and full sudo: whoever looks after this host would be locked out"
}

# Our file, those that come after it, and what sshd_config says itself.
as_it_would_be() {
  cat "$1"
  {
    echo "$DROP_IN"
    ls -d /etc/ssh/sshd_config.d/*.conf 2>/dev/null
  } | sort -u | sed "1,\|^$DROP_IN\$|d" | while read -r file; do
    cat "$file"
    echo "Match all"
  done
  grep -Eiv "$INCLUDE" /etc/ssh/sshd_config
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
activate() {
  if [ -n "${INPUT:-}" ]; then put_aside; fi
  systemctl reload-or-restart ssh.service
  [ -z "${INPUT:-}" ] || in_effect
}
# A file that sorts before ours would have the first word.
put_aside() {
  for file in /etc/ssh/sshd_config.d/*.conf; do
    [ "$file" != "$DROP_IN" ] || break
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
  (cd "$STATE/backup/etc/ssh/sshd_config.d" 2>/dev/null && ls) | while read -r name; do
    give_back "/etc/ssh/sshd_config.d/$name"
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
drift() { systemctl -q is-active ssh.service || finding not-running ssh.service "does not run"; }
