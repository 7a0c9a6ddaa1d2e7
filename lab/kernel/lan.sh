#!/bin/bash
# The LAN of the virtual machines: a bridge with a tap for each, in the lab's network namespace. Like ../machine/lan.sh, which
# has Docker make it: this machine reaches the hosts, they do not reach this machine, and nothing leads further.
. "$(dirname "$0")/lib.sh"

if ip -n "$NETNS" link show dev "$BRIDGE" >/dev/null 2>&1; then
  note "as it was"
  exit
fi
unbroken
in_netns iptables -P FORWARD DROP
in_netns iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
in_netns iptables -A FORWARD -i "$VETH_LAB" -j ACCEPT
in_netns iptables -A FORWARD -i "$BRIDGE" -o "$BRIDGE" -j ACCEPT # bridged frames too come by here
while read -r name _; do
  ip -n "$NETNS" tuntap add dev "vm-$name" mode tap
  ip -n "$NETNS" link set "vm-$name" up
done < <(vms)
ip -n "$NETNS" link add "$BRIDGE" type bridge
while read -r name _; do ip -n "$NETNS" link set "vm-$name" master "$BRIDGE"; done < <(vms)
ip -n "$NETNS" addr add "$GATEWAY/24" dev "$BRIDGE"
in_netns sysctl -qw net.ipv4.ip_forward=1 "net.ipv4.conf.$BRIDGE.proxy_arp=1" # hosts find $MACHINE through the gateway
ip -n "$NETNS" link set "$BRIDGE" up
did "bridge with $(vms | wc -l) taps made"
