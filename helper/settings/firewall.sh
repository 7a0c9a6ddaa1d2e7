# shellcheck shell=sh
# UFW for the host itself, or OpenMediaVault's own rules, and chains of our own for what neither sees: published ports of
# containers, which Docker forwards, and the tailnet, whose daemon accepts everything ahead of them.
. "$LIB/lib/ufw.sh"
. "$LIB/omv/rpc.sh"
. "$LIB/omv/firewall.sh"

LOAD=$LIB/bin/load-firewall
CHAINS_V4=$ROOT/etc/homelab/firewall.v4
CHAINS_V6=$ROOT/etc/homelab/firewall.v6

may_write() { printf '%s\n' "$CHAINS_V4" "$CHAINS_V6"; }
is_guarded() { :; }
touches() {
  printf '%s\n' "$CHAINS_V4" "$CHAINS_V6"
  if omv_is_here; then echo "$OMV_FORMER"; else ufw_files; fi
}
# OpenMediaVault's rules lie in its database, to which only its running services lead.
needs_services() { omv_is_here; }

check_extras() {
  if omv_is_here; then
    omv_wanted || refuse "OpenMediaVault has this host's firewall: write base: omv under homelab:nas"
    omv_firewall_check
    omv_firewall_remember
  else
    ufw_check
  fi
}

validate() {
  iptables-restore --test --noflush "$1$CHAINS_V4" 2>"$WORK/says" || refuse "iptables says: $(tail -n 1 "$WORK/says")"
  ip6tables-restore --test --noflush "$1$CHAINS_V6" 2>"$WORK/says" || refuse "ip6tables says: $(tail -n 1 "$WORK/says")"
}

activate() { # apply | restore
  if omv_is_here; then
    "omv_firewall_$1"
    "$LOAD"
    return
  fi
  "ufw_$1"
  "$LOAD"
  close_side_doors
}

# Rules that were put ahead of UFW's own would let in what nothing declares.
close_side_doors() {
  for tables in iptables ip6tables; do
    $tables -S INPUT | grep -- ' -j ACCEPT$' | while read -r _ rule; do
      printf '%s\n' "$rule" | xargs "$tables" -w 10 -D
      say "removed from the kernel: $rule"
    done
  done
}

deactivate() {
  if omv_is_here; then omv_firewall_restore; else ufw_remove; fi
  "$LOAD"
}

live() {
  look_at_kernel
  omv_is_here || ufw_live
  kernel iptables
  kernel ip6tables
}
# The order of rules counts; that of chains does not, and is another after a reboot.
kernel() { # TABLES
  {
    omv_is_here || sed -n '/^\*filter$/,/^COMMIT$/{s/^:INPUT \([A-Z]*\) .*/-P INPUT \1/p; /^-A INPUT /{/ -j ACCEPT$/p}}' "$WORK/$1"
    grep -E '^-A (DOCKER-USER|HOMELAB-[A-Z]+) |^-A (PREROUTING -j HOMELAB|INPUT -j ufw6?-before-input|FORWARD -j DOCKER-USER)' "$WORK/$1" | sort -s -k2,2
  } | sed "s/^/$1 /"
}

live_findings() { awk -f "$LIB/lib/firewall-findings.awk" | awk '!seen[$0]++'; }
watches() { omv_is_here || echo ufw.service; }
drift() {
  if omv_is_here; then omv_firewall_drift; else ufw_drift; fi
}
