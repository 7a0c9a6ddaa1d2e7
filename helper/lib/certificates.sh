# shellcheck shell=sh
# The homelab's own certificate authority, which may sign for its domain and its LAN alone, and the certificate that the
# proxy shows. The authority's key never leaves this host.

TLS=$ROOT/var/lib/homelab-tls # mounted into the proxy: root.crt, server.crt, server.key
AUTHORITY=$STATE/authority    # root.crt, root.key
AUTHORITY_DAYS=3650
CERTIFICATE_DAYS=90
RENEW_SECONDS=2592000 # 30 days before its end

# What is declared and what is there, as the same lines. $1 has the declaration.
certificates_wanted() { # JSON
  jq -r '"authority DNS:\(.domain)", (.subnets[] | "authority IP:\(.)"), (.names[] | "name DNS:\(.)"), (.addresses[] | "name IP:\(.)"),
    "signed", "key", "lasts", "readers \(.group) 440"' "$1" | sort
}
certificates_there() {
  {
    extension nameConstraints "$AUTHORITY/root.crt" | sed -n 's/^ *\(DNS\|IP\):/authority \1:/p'
    extension subjectAltName "$TLS/server.crt" | tr ',' '\n' | sed -n 's/IP Address:/IP:/; s/^ *\(DNS\|IP\):/name \1:/p'
    ! openssl verify -CAfile "$AUTHORITY/root.crt" "$TLS/server.crt" >/dev/null 2>&1 || echo signed
    [ ! -s "$TLS/server.key" ] || [ "$(openssl x509 -in "$TLS/server.crt" -noout -pubkey 2>/dev/null)" != \
      "$(openssl pkey -in "$TLS/server.key" -pubout 2>/dev/null)" ] || echo key
    ! openssl x509 -in "$TLS/server.crt" -noout -checkend "$RENEW_SECONDS" >/dev/null 2>&1 || echo lasts
    stat -c 'readers %g %a' "$TLS/server.key" 2>/dev/null || true
  } | sort
}
extension() { openssl x509 -in "$2" -noout -ext "$1" 2>/dev/null || true; } # NAME FILE

# Makes what is not as declared. Prints `new` if the proxy has to read its certificate again.
make_certificates() { # JSON
  certificates_wanted "$1" >"$WORK/wanted"
  certificates_there >"$WORK/there"
  ! cmp -s "$WORK/wanted" "$WORK/there" || return 0
  install -d -m 0700 "$AUTHORITY"
  install -d -m 0755 "$TLS"
  if [ ! -s "$AUTHORITY/root.key" ] || [ "$(grep '^authority' "$WORK/wanted")" != "$(grep '^authority' "$WORK/there")" ] ||
    ! openssl x509 -in "$AUTHORITY/root.crt" -noout -checkend "$RENEW_SECONDS" >/dev/null 2>&1; then
    make_authority "$1"
  fi
  sign_certificate "$1"
  echo new
}

make_authority() { # JSON
  domain=$(jq -r .domain "$1")
  {
    printf '[req]\ndistinguished_name = name\nx509_extensions = authority\nprompt = no\n[name]\nCN = Homelab %s\n' "$domain"
    printf '[authority]\nbasicConstraints = critical, CA:TRUE, pathlen:0\nkeyUsage = critical, keyCertSign, cRLSign\n'
    printf 'subjectKeyIdentifier = hash\nnameConstraints = critical, permitted;DNS:%s' "$domain"
    jq -r '.subnets[] | ", permitted;IP:\(.)"' "$1" | tr -d '\n'
    echo
  } >"$WORK/authority.cnf"
  run_openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$AUTHORITY_DAYS" -config "$WORK/authority.cnf" \
    -keyout "$WORK/root.key" -out "$WORK/root.crt"
  write_file "$AUTHORITY/root.key" 0600 <"$WORK/root.key"
  write_file "$AUTHORITY/root.crt" 0644 <"$WORK/root.crt"
  rm -f "$WORK/root.key"
}

sign_certificate() { # JSON
  {
    printf 'basicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = serverAuth\n'
    printf 'subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\nsubjectAltName = '
    jq -r '[(.names[] | "DNS:\(.)"), (.addresses[] | "IP:\(.)")] | join(", ")' "$1"
  } >"$WORK/server.cnf"
  run_openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$(jq -r .domain "$1")" \
    -keyout "$WORK/server.key" -out "$WORK/server.csr"
  run_openssl x509 -req -in "$WORK/server.csr" -CA "$AUTHORITY/root.crt" -CAkey "$AUTHORITY/root.key" \
    -set_serial "0x$(openssl rand -hex 16)" -days "$CERTIFICATE_DAYS" -extfile "$WORK/server.cnf" -out "$WORK/server.crt"
  # The proxy may run as any user; its group alone reads the key.
  write_file "$TLS/server.key" 0400 <"$WORK/server.key"
  chgrp "$(jq -r .group "$1")" "$TLS/server.key"
  chmod 0440 "$TLS/server.key"
  cat "$WORK/server.crt" "$AUTHORITY/root.crt" | write_file "$TLS/server.crt" 0644
  write_file "$TLS/root.crt" 0644 <"$AUTHORITY/root.crt"
  rm -f "$WORK/server.key"
}

run_openssl() {
  openssl "$@" >"$WORK/openssl" 2>&1 || {
    say "openssl says: $(tail -n 1 "$WORK/openssl")" >&2
    exit 1
  }
}

# A proxy reads its certificate when it starts.
restart_proxies() { # JSON
  jq -r '.restart[]' "$1" | while read -r proxy; do
    [ "$(docker container inspect --format '{{.State.Running}}' "$proxy" 2>/dev/null)" != true ] || docker restart "$proxy" >/dev/null
  done
}
