#!/bin/bash
# The LAN: a bridge of the lab's Docker Engine, and the firewall between it and this machine.
. "$(dirname "$0")/lib.sh"
bridge=lab0 # in the lab's own namespace, so the name cannot clash

unbroken
changed=0
if ! dk network inspect lab >/dev/null 2>&1; then
  forget_kind network
  dk network create --subnet "$LAN" --gateway "$GATEWAY" --ip-range "$NET.192/26" --aux-address "machine=$MACHINE" \
    --ipv6 --subnet "$LAN6" --gateway "$GATEWAY6" \
    -o com.docker.network.bridge.name=$bridge -o com.docker.network.bridge.enable_ip_masquerade=false lab >/dev/null
  changed=1
fi
[ "$(dk network inspect -f '{{.EnableIPv6}}' lab)" = true ] || die "an older version created the LAN without IPv6: down and up recreates it"
record "network $(dk network inspect -f '{{.Id}}' lab)"
in_netns sysctl -qw net.ipv4.conf.$bridge.proxy_arp=1 # hosts find $MACHINE through the gateway
in_netns sysctl -qw net.ipv6.conf.$bridge.proxy_ndp=1
in_netns ip -6 neigh replace proxy "$MACHINE6" dev $bridge

# after a restart of the machine, the engine creates no chain for a known network in a new namespace
if ! in_netns iptables -nL DOCKER-USER >/dev/null 2>&1; then
  in_netns iptables -N DOCKER-USER
  in_netns iptables -A DOCKER-USER -j RETURN
  in_netns iptables -I FORWARD 1 -j DOCKER-USER
fi
rule() {
  rule_in iptables DOCKER-USER "$@"
  rule_in ip6tables FORWARD "$@"
}
rule_in() { # TOOL CHAIN RULE...
  local tool=$1 chain=$2
  shift 2
  in_netns "$tool" -C "$chain" "$@" 2>/dev/null || {
    in_netns "$tool" -I "$chain" 1 "$@"
    changed=1
  }
}
rule -i $bridge -o "$VETH_LAB" -j REJECT                                            # hosts do not reach this machine's own services ...
rule -i $bridge -o "$VETH_LAB" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT # ... and only answer it
rule -i "$VETH_LAB" -o $bridge -j ACCEPT
if [ $changed = 1 ]; then did "bridge and firewall created"; else note "unchanged"; fi
