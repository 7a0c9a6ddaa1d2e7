#!/bin/bash
# A tailnet beside the lab's hosts (see ../tailnet/README.md).
#   tailnet.sh                    the control server, and Tailscale's package on every host
#   tailnet.sh phone NAME         that person's phone, outside the LAN and joined
#   tailnet.sh headscale ARG...   Headscale's own command
#   tailnet.sh remove             remove all of it, with the control server's data; the hosts keep the package
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/container.sh"
tailnet=$LAB_DIR/tailnet
AWAY=$OUT.64/26
AWAY_CONTROL=$OUT.66
PEOPLE=(anna ben carl dora) # each has one phone, with its own address

programs() { # built once for the same sources
  CACHE_DIR=$LAB_CACHE bash "$LAB_SRC/tailnet/build.sh"
}
headscale() { dk exec -i lab-tailnet /opt/tailnet/headscale -c /run/headscale.yaml "$@"; }

# --- files of the control server
settle() {
  install -d -m 700 "$tailnet" "$tailnet/state"
  cp "$LAB_SRC"/tailnet/{headscale.yaml,control-server,phone} "$tailnet/"
  [ -s "$tailnet/client.json" ] || (
    umask 077
    printf '{"client": "lab", "secret": "tskey-client-lab-%s", "server": "https://%s:8443"}\n' "$(openssl rand -hex 16)" "$CONTROL" \
      >"$tailnet/client.json.new"
    mv "$tailnet/client.json.new" "$tailnet/client.json"
  )
  [ -s "$tailnet/tls.crt" ] || {
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=lab tailnet' -keyout "$tailnet/tls.key" \
      -out "$tailnet/tls.csr"
    openssl x509 -req -in "$tailnet/tls.csr" -CA "$LAB_DIR/pki/ca.crt" -CAkey "$LAB_DIR/pki/ca.key" -CAcreateserial -days 3650 \
      -out "$tailnet/tls.crt.new" -extfile <(printf 'subjectAltName=IP:%s\nextendedKeyUsage=serverAuth\n' "$CONTROL")
    mv "$tailnet/tls.crt.new" "$tailnet/tls.crt"
  } >&2
}

# A network whose containers have no route out: only the control server is in both. (In an internal network they could not
# reach the control server's address on the LAN.)
away_network() {
  dk network inspect away >/dev/null 2>&1 || {
    unbroken
    dk network create --subnet "$AWAY" --gateway "$OUT.65" -o com.docker.network.bridge.name=lab1 \
      -o com.docker.network.bridge.enable_ip_masquerade=false away >/dev/null
    breakable
  }
  record "network $(dk network inspect -f '{{.Id}}' away)"
}

control_server() {
  local how made_of
  made_of=$(basename "$1")-$(cat "$tailnet"/{headscale.yaml,control-server,tls.crt} | sha256sum | cut -c1-12)
  if [ "$(dk inspect -f '{{index .Config.Labels "lab.sum"}}' lab-tailnet 2>/dev/null)" != "$made_of" ]; then
    remove_container lab-tailnet
  fi
  how=$(container lab-tailnet "$CONTROL" --init --label "lab.sum=$made_of" -v "$1:/opt/tailnet:ro" -v "$tailnet:/tailnet:ro" \
    -v "$tailnet/state:/var/lib/headscale" --entrypoint /tailnet/control-server "$IMAGE" "$CONTROL")
  [ -n "$(dk inspect -f '{{with .NetworkSettings.Networks.away}}there{{end}}' lab-tailnet)" ] ||
    dk network connect --ip "$AWAY_CONTROL" away lab-tailnet
  for _ in $(seq 300); do
    if curl -sf --max-time 3 --cacert "$LAB_DIR/ca.crt" -o /dev/null "https://$CONTROL:8443/health"; then
      if [ "$how" = "was up" ]; then note "control server was up"; else did "control server https://$CONTROL:8443 ($how)"; fi
      return
    fi
    sleep .2
  done
  dk logs --tail 20 lab-tailnet >&2
  die "the tailnet's control server does not answer at https://$CONTROL:8443"
}

# Hosts cannot reach the vendor's repository.
packages() { # PROGRAMS
  local name wanted
  wanted=$(dpkg-deb -f "$1/tailscale.deb" Version)
  while read -r name _; do
    # shellcheck disable=SC2016 # it is for dpkg-query to expand
    [ "$(dk exec "$name" dpkg-query -W -f '${Version}' tailscale 2>/dev/null)" != "$wanted" ] || continue
    dk exec -i "$name" sh -c 'cat >/run/tailscale.deb && dpkg -i /run/tailscale.deb && rm /run/tailscale.deb' <"$1/tailscale.deb" >&2
    did "$name: tailscale $wanted"
  done < <(hosts)
}

user() { # NAME: its number
  headscale users list -o json | jq -r --arg name "$1" '.[]? | select(.name == $name) | .id' | grep . ||
    headscale users create "$1" -o json | jq -r .id
}

phone() { # NAME
  local name=$1 number how key
  number=$(printf '%s\n' "${PEOPLE[@]}" | grep -nxF "$name" | cut -d: -f1) || die "nobody is called $name; there are ${PEOPLE[*]}"
  [ -n "$(dk inspect -f . lab-tailnet 2>/dev/null)" ] || die "the lab has no tailnet"
  unbroken
  if [ -z "$(dk inspect -f . "phone-$name" 2>/dev/null)" ]; then
    record "container $(dk create --name "phone-$name" --hostname "phone-$name" --restart unless-stopped --init --network away \
      --ip "$OUT.$((70 + number))" --cap-add NET_ADMIN -e SSL_CERT_FILE=/tailnet-ca.crt -e ALL_PROXY=socks5h://127.0.0.1:1055 \
      -v "$(programs):/opt/tailnet:ro" -v "$LAB_DIR/ca.crt:/tailnet-ca.crt:ro" -v "$tailnet/phone:/phone:ro" \
      --entrypoint /phone "$IMAGE" "$CONTROL" "$AWAY_CONTROL")"
    how=made
  fi
  dk start "phone-$name" >/dev/null
  breakable
  on_phone() { dk exec -i "phone-$name" /opt/tailnet/tailscale --socket=/run/tailscaled.sock "$@"; }
  for _ in $(seq 100); do
    state=$(on_phone status --json --peers=false 2>/dev/null | jq -r .BackendState) && [ "$state" != NoState ] && break
    sleep .2
  done
  if [ "$state" = NeedsLogin ]; then
    key=$(headscale preauthkeys create -u "$(user "$name")" -e 10m -o json | jq -r .key)
    dk exec -i "phone-$name" sh -c 'umask 077; cat >/run/key' <<<"$key"
    on_phone up --login-server="https://$CONTROL:8443" --auth-key=file:/run/key --timeout=60s >&2
    dk exec "phone-$name" rm -f /run/key
  fi
  if [ -n "${how:-}" ]; then did "phone of $name"; else note "phone of $name was up"; fi
}

remove() {
  local name
  for name in "${PEOPLE[@]/#/phone-}" lab-tailnet; do remove_container "$name"; done
  rm -rf "${tailnet:?}"
  did "the tailnet is gone"
}

case ${1:-} in
  "")
    folder=$(programs)
    settle
    away_network
    control_server "$folder"
    packages "$folder"
    ;;
  phone) phone "$2" ;;
  headscale)
    trap - ERR
    headscale "${@:2}"
    ;;
  remove) remove ;;
  *) die "tailnet.sh does not know '$1'" ;;
esac
