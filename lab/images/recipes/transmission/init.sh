#!/bin/sh
# What a homelab uses of LinuxServer's start script: FILE__NAME (the variable's value is in that file), USER and PASS (without
# both there is no authentication), WHITELIST, HOST_WHITELIST, PEERPORT, PUID and PGID, UMASK. Started as another user than
# root it stays that user.
set -eu
S=/config/settings.json

for name in $(env | sed -n 's/^FILE__\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p'); do
  value=$(eval "cat \"\$FILE__$name\"")
  export "$name=$value"
done

# set_to KEY VALUE: the settings file has one key a line. The value travels in the environment: other users can read arguments.
set_to() {
  VALUE=$2 awk -v key="$1" '
    index($0, "\"" key "\":") { comma = /,[ \t]*$/ ? "," : ""; print "    \"" key "\": " ENVIRON["VALUE"] comma; next }
    { print }' $S >$S.new
  cat $S.new >$S
  rm -f $S.new
}
text() { printf '"%s"' "$(printf %s "$1" | sed 's/[\\"]/\\&/g')"; }
truth() { if [ -n "$1" ]; then echo true; else echo false; fi; }

configure() {
  umask 077
  [ -s $S ] || cat /defaults/settings.json >$S
  auth=""
  if [ -n "${USER:-}" ] && [ -n "${PASS:-}" ]; then
    auth=1
    set_to rpc-username "$(text "$USER")"
    set_to rpc-password "$(text "$PASS")"
  fi
  set_to rpc-authentication-required "$(truth "$auth")"
  set_to rpc-whitelist "$(text "${WHITELIST:-}")"
  set_to rpc-whitelist-enabled "$(truth "${WHITELIST:-}")"
  set_to rpc-host-whitelist "$(text "${HOST_WHITELIST:-}")"
  set_to rpc-host-whitelist-enabled "$(truth "${HOST_WHITELIST:-}")"
  set_to peer-port "${PEERPORT:-51413}"
}

configure
umask "${UMASK:-022}"
mkdir -p /downloads/complete /downloads/incomplete
set -- transmission-daemon --foreground --config-dir /config
unset PASS
if [ "$(id -u)" = 0 ]; then
  uid=${PUID:-911} gid=${PGID:-911}
  chown "$uid:$gid" /config $S /downloads /downloads/complete /downloads/incomplete
  find /config ! -user "$uid" -exec chown "$uid:$gid" {} +
  exec env HOME=/config setpriv --reuid="$uid" --regid="$gid" --clear-groups "$@"
fi
exec env HOME=/config "$@"
