# shellcheck shell=sh disable=SC2153 # $ROOT is of ../helper
# Samba's shares for people. Our part has its own file; smb.conf gets a block at its end that includes it. No parser such as
# augeas: testparm validates the result, and everything else in smb.conf stays as it is.
. "$LIB/lib/packages.sh"
. "$LIB/omv/rpc.sh"
. "$LIB/omv/smb.sh"

SHARES=$ROOT/etc/samba/homelab.conf
OWNER=$ROOT/etc/samba/homelab-owner.conf # differs from host to host, so the program cannot write it
MAIN=$ROOT/etc/samba/smb.conf
BEGIN="# BEGIN homelab: what follows holds for all of Samba, so it is at the end"
END="# END homelab"

may_write() { echo "$SHARES"; }
touches() { printf '%s\n' "$MAIN" "$OWNER"; }

check_extras() {
  if omv_wanted; then omv_smb_check; fi
}

# Accepts only lines that the program writes: Samba can also run programs, read other files and share any folder.
validate() {
  [ -f "$1$SHARES" ] || return 0
  share_lines "$1$SHARES"
  if command -v testparm >/dev/null; then
    testparm -s "$1$SHARES" >/dev/null 2>"$WORK/says" || refuse "testparm says: $(grep -v '^Load' "$WORK/says" | tail -n 1)"
  fi
}

share_lines() { # FILE
  person='[a-z][a-z0-9-]*'
  only_lines "$1" <<LINES

#[^\]*
\[global\]
   server min protocol = SMB3(_[01][0-9])?
   server signing = mandatory
   map to guest = never
   restrict anonymous = 2
   usershare allow guests = no
   disable netbios = yes
   smb ports = 445
\[[a-z][a-z0-9-]*\]
   path = /(srv|mnt|media|data|export)(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+
   (valid users|write list) = $person( $person)*
   read only = yes
   guest ok = no
   (create|directory) mask = [0-7]{4}
   include = /etc/samba/homelab-owner\.conf
LINES
  # sections with a special meaning, which no share may use
  special=$(grep -Exm 1 '\[(homes|printers)\]' "$1" || true)
  [ -z "$special" ] || refuse "${1##*/} may not say $special"
}

activate() { # apply | restore
  fresh=no
  if [ "$1" = apply ]; then
    if omv_wanted; then
      omv_smb_apply
      return
    fi
    need smbd samba
    write_owner
    include_ours
  elif omv_is_here; then
    omv_undo
    return
  fi
  testparm -s >/dev/null 2>"$WORK/says" || {
    say "testparm says: $(tail -n 1 "$WORK/says")" >&2
    exit 1
  }
  if [ "$fresh" = yes ]; then      # smb.conf did not include our part before
    systemctl restart smbd.service # for options that Samba reads only when it starts, such as the port
  elif systemctl -q is-active smbd.service; then
    smbcontrol all reload-config
  fi
  keep_running smbd.service
  # NetBIOS is off, and its server does not start without it: a restart ends one that still runs.
  if systemctl -q is-active nmbd.service; then systemctl stop nmbd.service; fi
}

# Files belong to 1000:1000, as over NFS and in containers, by the names of these IDs on this host.
write_owner() {
  if ! getent group 1000 >/dev/null; then groupadd --gid 1000 homelab-media; fi
  if ! getent passwd 1000 >/dev/null; then
    useradd --uid 1000 --gid 1000 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin homelab-media
  fi
  owner_text >"$WORK/owner"
  cmp -s "$WORK/owner" "$OWNER" || write_file "$OWNER" 0644 <"$WORK/owner"
}
owner_text() {
  echo "   force user = $(getent passwd 1000 | cut -d: -f1)"
  echo "   force group = $(getent group 1000 | cut -d: -f1)"
}

without_ours() { sed "/^# BEGIN homelab/,/^$END\$/d" "$MAIN"; }
include_ours() {
  [ -f "$MAIN" ] || : >"$MAIN"
  back_up "$MAIN"
  {
    without_ours
    printf '%s\ninclude = %s\n%s\n' "$BEGIN" "$SHARES" "$END"
  } >"$WORK/main"
  cmp -s "$WORK/main" "$MAIN" && return
  write_file "$MAIN" 0644 <"$WORK/main"
  fresh=yes
}

# The owner's part is restored in its current form, not in its form before the homelab.
deactivate() {
  if omv_applied; then
    omv_smb_remove
    return
  fi
  without_ours >"$WORK/main"
  write_file "$MAIN" 0644 <"$WORK/main"
  rm -f "$OWNER" "$STATE/backup$MAIN"
  if testparm -s 2>/dev/null | sed -n 's/^\[\(.*\)\]$/\1/p' | grep -Evqx 'global|homes|printers|print\$'; then
    smbcontrol all reload-config || true
  else
    systemctl -q disable --now smbd.service
  fi
}

# Samba's effective configuration: our shares, line by line, and the global keys that we set.
effect() {
  omv_wanted || {
    printf '[global]\n' | cat - "$SHARES" >"$WORK/alone.conf"
    samba_says "$WORK/alone.conf"
  }
}
live() { omv_applied || [ ! -f "$SHARES" ] || samba_says "$MAIN"; }
samba_says() { # SMB.CONF
  testparm -s "$1" >"$WORK/samba" 2>/dev/null || true
  awk -f "$LIB/lib/samba.awk" "$SHARES" - <"$WORK/samba"
}

watches() { omv_applied || echo smbd.service; }
drift() {
  if omv_applied; then
    omv_smb_drift
    return
  fi
  must_be_active smbd.service
  must_be_enabled smbd.service
  [ "$(tail -n 3 "$MAIN" | sed -n '2p')" = "include = $SHARES" ] ||
    finding changed "$MAIN" "does not include the shares at its end"
  owner_text | cmp -s - "$OWNER" || finding changed "$OWNER" "changed by hand"
  grep '^\[' "$SHARES" >"$WORK/our-shares" || true
  # from the output that live has fetched
  grep '^\[' "$WORK/samba" | grep -vxF -e '[global]' -e '[homes]' -e '[printers]' -e '[print$]' -f "$WORK/our-shares" |
    while read -r share; do finding noticed "$share" "is shared, but not by the homelab"; done
}

foreign() {
  [ ! -e "$SHARES" ] || echo "$SHARES"
}
