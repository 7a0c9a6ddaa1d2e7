# shellcheck shell=sh
# People who may use Samba's shares: an account that cannot log in, in the group homelab-smb, and a password for Samba.
# No password is an argument of a program, is printed, or is read back: Samba's hash tells whether it changed.
. "$LIB/lib/packages.sh"
. "$LIB/omv/rpc.sh"

GROUP=homelab-smb
HASHES=$STATE/smb-users # a hash of Samba's hash of each password

check_extras() {
  if omv_is_here; then omv_untouched; fi
  jq -e '.users | type == "object" and all(to_entries[]; (.key | test("^[a-z][a-z0-9-]{0,30}$"))
    and (.value | type == "string" and length > 0 and length <= 127 and (explode | all(. >= 32 and . != 127))))' "$INPUT" >/dev/null ||
    refuse "users must be a mapping of names to passwords of one line"
  input '.users | keys[]' >"$WORK/people"
  while read -r person; do
    ! getent passwd "$person" >/dev/null || is_ours "$person" ||
      refuse "this host already has a foreign account $person: choose another name for the share's user"
  done <"$WORK/people"
}
is_ours() { members | grep -qxF "$1"; }
members() { getent group "$GROUP" | cut -d: -f4 | tr ',' '\n' | grep . || true; }

activate() { # apply | restore
  if [ "$1" = restore ]; then
    if omv_is_here; then omv_undo; fi
    return
  fi
  need smbpasswd samba
  getent group "$GROUP" >/dev/null || groupadd --system "$GROUP"
  while read -r person; do
    if ! getent passwd "$person" >/dev/null; then
      make_account "$person"
      say "created the account $person"
    fi
    jq -r --arg person "$person" '.users[$person] | (., .)' "$INPUT" | smbpasswd -s -a "$person" >/dev/null 2>"$WORK/says" ||
      {
        say "smbpasswd: $(tail -n 1 "$WORK/says")" >&2
        exit 1
      }
    smbpasswd -e "$person" >/dev/null
  done <"$WORK/people"
  members | grep -vxF -f "$WORK/people" >"$WORK/leavers" || true
  while read -r person; do drop "$person"; done <"$WORK/leavers"
  if omv_is_here; then omv_deploy; fi
  hashes | write_file "$HASHES" 0600
}

make_account() { # NAME
  if omv_is_here; then
    omv_make_user "$1" "$GROUP"
  else
    useradd --system --no-user-group --gid "$GROUP" --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$1"
    gpasswd --add "$1" "$GROUP" >/dev/null # useradd does not list a primary group's members
  fi
}
drop() { # NAME
  smbpasswd -x "$1" >/dev/null 2>&1 || true
  if omv_is_here; then omv_drop_user "$1"; else userdel "$1" 2>/dev/null || true; fi
  say "removed the account $1"
}

deactivate() {
  members >"$WORK/leavers"
  while read -r person; do drop "$person"; done <"$WORK/leavers"
  if omv_is_here; then omv_deploy; fi
  ! getent group "$GROUP" >/dev/null || groupdel "$GROUP"
  rm -f "$HASHES"
}

# The names, without the passwords.
kept() { jq '.users |= map_values("")' "$INPUT"; }

# NAME, and a digest of the NT hash and the account's flags, from pdbedit(8).
hashes() {
  pdbedit -L -w >"$WORK/passwords" 2>/dev/null || true
  members | sort | while read -r person; do
    entry=$(grep "^$person:" "$WORK/passwords" | cut -d: -f4,5 || true)
    echo "$person $(printf '%s' "$entry" | sha256sum | cut -d' ' -f1)"
  done
}

drift() {
  hashes >"$WORK/hashes"
  touch "$HASHES"
  difference "$HASHES" "$WORK/hashes" | sed -n \
    -e 's/^-\([^ ]*\) .*/missing\t\1\tcannot use Samba any more/p' \
    -e 's/^+\([^ ]*\) .*/added\t\1\tmay use Samba, added by hand/p' \
    -e 's/^~\([^ ]*\) .*/changed\t\1\thas another password for Samba, or none, or is switched off/p'
}
