#!/bin/bash
# DNS and the registries of the LAN, in one small container. `registries.sh names` only updates the hosts' names in DNS.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/container.sh"

registries | cut -d' ' -f1,2 >"$LAB_DIR/infra/registries"
names=$({
  registries | awk '{ print $2, $1; for (i = 3; i <= NF; i++) print $2, $i }'
  hosts | awk '{ print $2, $1 ".lab", $1 }'
})
if [ "$(cat "$LAB_DIR/infra/names" 2>/dev/null)" != "$names" ]; then
  printf '%s\n' "$names" >"$LAB_DIR/infra/names"
  dk exec lab-infra pkill -HUP -F /run/dnsmasq.pid 2>/dev/null || true # a running dnsmasq reads them again
fi
[ "${1:-}" != names ] || exit 0

sum=$({
  echo "$IMAGE"
  cat "$LAB_DIR/infra/registries" "$LAB_DIR/infra/tls.crt"
} | sha256sum | cut -c1-12)
id=$(dk inspect -f '{{.Id}} {{index .Config.Labels "lab.sum"}}' lab-infra 2>/dev/null || true)
if [ -n "$id" ] && [ "${id##* }" != "$sum" ]; then remove_container lab-infra; fi
mkdir -p "$LAB_DIR/registry"
how=$(container lab-infra "$INFRA" --init --cap-add NET_ADMIN --label "lab.sum=$sum" -v "$LAB_DIR/infra:/infra:ro" \
  -v "$LAB_DIR/registry:/var/lib/registry" --entrypoint /usr/local/lib/lab/infra "$IMAGE")

while read -r name address _; do
  for _ in $(seq 100); do
    curl -s --max-time 3 --cacert "$LAB_DIR/ca.crt" -o /dev/null "https://$address/v2/" && continue 2
    sleep .1
  done
  dk logs --tail 20 lab-infra >&2
  die "the registry for $name does not answer at $address"
done < <(registries)
if [ "$how" = "was up" ]; then note "were up"; else did "DNS at $INFRA, $(registries | wc -l) registries ($how)"; fi
