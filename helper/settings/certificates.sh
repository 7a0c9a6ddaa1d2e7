# shellcheck shell=sh
# The certificate that the proxy shows, by an authority of the homelab's own, and the timer that renews it.
. "$LIB/lib/packages.sh"
. "$LIB/lib/certificates.sh"

UNITS=$ROOT/etc/systemd/system
TIMER=homelab-certificate.timer

may_write() { printf "$UNITS/%s\n" homelab-certificate.service "$TIMER"; }

check_extras() {
  jq -e 'def name: type == "string" and test("^(\\*\\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$");
    def list(f): type == "array" and all(.[]; f);
    .domain as $domain | (.domain | name) and
    (.names | list(name and (. == $domain or endswith(".\($domain)"))) and length > 0) and
    (.addresses | list(type == "string" and test("^[0-9]+(\\.[0-9]+){3}$"))) and
    (.subnets | list(type == "string" and test("^[0-9]+(\\.[0-9]+){3}/[0-9]+(\\.[0-9]+){3}$"))) and
    (.group | type == "number" and . >= 0 and . == floor) and
    (.restart | list(type == "string" and test("^[A-Za-z0-9][A-Za-z0-9_.-]*$")))' "$INPUT" >/dev/null ||
    refuse "names must be of the domain, addresses and subnets of IPv4, group a number, and restart names of containers"
}

validate() {
  for unit in homelab-certificate.service "$TIMER"; do
    only_lines "$1$UNITS/$unit" <<'LINES'

#[^\]*
\[(Unit|Service|Timer|Install)\]
Description=[A-Za-z0-9/_., -]+
Type=oneshot
ExecStart=/usr/local/sbin/homelab-helper renew
(OnCalendar|WantedBy)=(daily|timers\.target)
(RandomizedDelaySec|AccuracySec)=[0-9]+[hm]?
Persistent=true
LINES
  done
}

touches() {
  printf '%s\n' "$AUTHORITY/root.key" "$AUTHORITY/root.crt" "$TLS/server.key" "$TLS/server.crt" "$TLS/root.crt"
}

activate() { # apply | restore
  if [ "$1" = apply ]; then
    need openssl openssl
    make_and_show "$INPUT"
  fi
  without_drop_ins homelab-certificate.service
  without_drop_ins "$TIMER"
  systemctl daemon-reload
  [ ! -e "$UNITS/$TIMER" ] || keep_running "$TIMER"
}
make_and_show() { # JSON
  # not in a condition, where its errors would not stop it
  made=$(make_certificates "$1")
  [ "$made" != new ] || restart_proxies "$1"
}

renew() {
  [ -f "$APPLIED" ] || return 0
  make_and_show "$APPLIED"
}

# The authority stays: devices trust it, and routes that are declared again use it.
deactivate() {
  systemctl -q disable --now "$TIMER" 2>/dev/null || true
  rm -rf "$TLS"
  systemctl daemon-reload
}

effect() { certificates_wanted "$INPUT"; }
live() { certificates_there; }

watches() { printf "%s\n" homelab-certificate.service "$TIMER"; }
drift() {
  must_be_active "$TIMER" "is off, so the certificate is not renewed"
  must_be_enabled "$TIMER"
  must_be_whole homelab-certificate.service
  must_be_whole "$TIMER"
}
