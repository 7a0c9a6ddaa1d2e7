#!/bin/bash
# The lab's network namespace and the link to it. This machine has a route to it, but it has no way out of this machine: the
# namespace has no default route. This machine's own network is not changed.
. "$(dirname "$0")/lib.sh"

[ -e /proc/net/if_inet6 ] || die "this machine's kernel has no IPv6 (ipv6.disable=1?): the lab's firewalls are tried over both"
others=$(
  for range in "$LAN" "$LINK"; do ip -4 route show root "$range"; done
  for range in "$LAN6" "$LINK6"; do ip -6 route show root "$range"; done
)
others=$(grep -v -e " dev $VETH " -e " dev $VETH\$" -e '^unreachable ' <<<"$others" || true)
[ -z "$others" ] || die "the lab's addresses are in use on this machine: $(head -n 1 <<<"$others") (lab/instances.txt has the lab's addresses)"

unbroken
changed=0
if [ -e "/run/netns/$NETNS" ]; then
  [ "$(recorded netns)" = "$NETNS $(stat -c %i "/run/netns/$NETNS")" ] ||
    die "there is a network namespace '$NETNS' that this lab did not record; if nothing needs it: ip netns del $NETNS"
else
  forget_kind netns
  forget_kind link
  ip netns add "$NETNS"
  record "netns $NETNS $(stat -c %i "/run/netns/$NETNS")"
  changed=1
fi
for range in "$LAN" "$LINK" "$LAN6" "$LINK6"; do # packets for a lab that is down stop here, and do not follow the default route
  record "guard $range"
  ip route replace unreachable "$range" metric 9999
done
if [ ! -e "/sys/class/net/$VETH" ]; then
  ip link add "$VETH" type veth peer name "$VETH_LAB" netns "$NETNS"
  record "link $VETH $(cat "/sys/class/net/$VETH/ifindex")"
  changed=1
fi
sysctl -qw "net.ipv6.conf.$VETH.disable_ipv6=0"
in_netns sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.all.forwarding=1
for address in "$LINK_MACHINE/30" "$MACHINE/32"; do ip addr replace "$address" dev "$VETH"; done
for address in "$LINK6_MACHINE/126" "$MACHINE6/128"; do ip addr replace "$address" dev "$VETH" nodad; done
ip link set "$VETH" up
ip -n "$NETNS" link set lo up
ip -n "$NETNS" addr replace "$LINK_LAB/30" dev "$VETH_LAB"
ip -n "$NETNS" addr replace "$LINK6_LAB/126" dev "$VETH_LAB" nodad
ip -n "$NETNS" link set "$VETH_LAB" up
ip -n "$NETNS" route replace "$MACHINE/32" via "$LINK_MACHINE" # this machine has an address on the LAN ...
ip -n "$NETNS" route replace "$MACHINE6/128" via "$LINK6_MACHINE"
ip route replace "$LAN" via "$LINK_LAB" src "$MACHINE" # ... and uses it unless told otherwise
ip route replace "$LAN6" via "$LINK6_LAB" src "$MACHINE6"

# The first call of settimeofday(2) after a boot with a time zone and no time moves the kernel's clock by that zone. Hosts use
# the owner's zone, so the first of them would move this machine's clock. A first call with UTC prevents that.
perl -e 'my $utc = pack "ii", 0, 0; syscall 164, 0, $utc' # amd64's settimeofday

# the kernel allows 128 for root, and each host's systemd takes 8
setting=fs.inotify.max_user_instances
value=$(sysctl -n $setting)
if [ "$value" -lt 1024 ]; then
  record_shared "sysctl $setting $value"
  sysctl -qw $setting=1024
fi
if [ $changed = 1 ]; then did "$LAN and $LAN6 behind $VETH, this machine is $MACHINE and $MACHINE6 there"; else note "unchanged"; fi
