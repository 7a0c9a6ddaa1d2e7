#!/bin/sh
# compile-firewall.sh UFW FOLDER CHAINS_V4 CHAINS_V6: the kernel's rules for UFW's files below UFW ("-" without UFW) and our
# own chains, as iptables-save prints them. Runs in an empty network namespace, so that the host's current rules never
# become part of the desired ones.
set -eu
if [ "$1" != - ]; then /lib/ufw/ufw-init --datadir "$1" start >&2; fi
load() { # FAMILY CHAINS
  [ ! -s "$2" ] || "$1-restore" --noflush --wait 10 "$2"
  "$1" -w 10 -I FORWARD 1 -j DOCKER-USER
  "$1" -w 10 -t mangle -I PREROUTING 1 -j HOMELAB-TAILNET
  "$1-save"
}
load iptables "$3" >"$2/iptables"
# a kernel without IPv6 has nothing to close
if ip6tables -nL INPUT >/dev/null 2>&1; then load ip6tables "$4" >"$2/ip6tables"; fi
