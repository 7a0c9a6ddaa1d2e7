#!/bin/bash
# The lab's secrets: SSH keys (of the hosts' admin, to deploy, to probe) and agents with the latter two, the CA and the
# registries' certificate. All of them stay in the lab's own folder; ~/.ssh is neither read nor written.
. "$(dirname "$0")/lib.sh"
pki=$LAB_DIR/pki
install -d -m 700 "$LAB_DIR/keys" "$pki"
install -d -m 755 "$LAB_DIR/seed" "$LAB_DIR/infra"
changed=0

for key in "$ADMIN_KEY" "$DEPLOY_KEY" "$PROBE_KEY"; do
  [ ! -f "$key" ] || continue
  ssh-keygen -q -t ed25519 -N '' -C "homelab-$LAB_INSTANCE-${key##*_}" -f "$key"
  changed=1
done

agent_up() { SSH_AUTH_SOCK=$1 ssh-add -l 2>/dev/null | grep -qF "$(ssh-keygen -lf "$2.pub" | cut -d' ' -f2)"; }
start_agent() { # SOCKET KEY
  local pid
  rm -f "$1"
  setsid ssh-agent -D -a "$1" >/dev/null 2>&1 </dev/null &
  pid=$!
  for _ in $(seq 50); do
    [ ! -S "$1" ] || break
    sleep .1
  done
  record "agent $pid $(born $pid)"
  SSH_AUTH_SOCK=$1 ssh-add -q "$2" >&2
  agent_up "$1" "$2" || die "the lab's ssh-agent does not have the key $2"
}
if ! agent_up "$AGENT" "$DEPLOY_KEY" || ! agent_up "$PROBE_AGENT" "$PROBE_KEY"; then
  unbroken
  while read -r pid birth; do
    if alive "$pid" "$birth"; then kill "$pid"; fi
    forget "agent $pid $birth"
  done < <(recorded agent)
  start_agent "$AGENT" "$DEPLOY_KEY"
  start_agent "$PROBE_AGENT" "$PROBE_KEY"
  breakable
  changed=1
fi

new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
if [ ! -f "$LAB_DIR/ca.crt" ]; then
  openssl req -x509 "${new_key[@]}" -days 3650 -subj "/CN=homelab $LAB_INSTANCE CA" -keyout "$pki/ca.key" -out "$pki/ca.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
  cp "$pki/ca.crt" "$LAB_DIR/ca.crt"
  changed=1
fi
names=$(registries | awk '{ for (i = 1; i <= NF; i++) print (i == 2 ? "IP:" : "DNS:") $i }' | paste -sd,)
if [ "$(cat "$pki/names" 2>/dev/null)" != "$names" ]; then
  openssl req -new "${new_key[@]}" -subj '/CN=lab registries' -keyout "$LAB_DIR/infra/tls.key" -out "$pki/tls.csr"
  openssl x509 -req -in "$pki/tls.csr" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial -days 3650 -out "$LAB_DIR/infra/tls.crt" \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names")
  echo "$names" >"$pki/names"
  changed=1
fi

# the files for a new host (see ../host/lab-init)
cp "$ADMIN_KEY.pub" "$LAB_DIR/seed/authorized_keys"
cp "$pki/ca.crt" "$LAB_DIR/seed/ca.crt"
printf 'nameserver %s\nsearch lab\n' "$INFRA" >"$LAB_DIR/seed/resolv.conf"
if [ $changed = 1 ]; then did "created in $LAB_DIR"; else note "unchanged"; fi
