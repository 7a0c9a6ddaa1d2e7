# shellcheck shell=sh
# UFW for the host itself, or OpenMediaVault's own rules, and our own chains for packets that neither sees: published ports
# of containers, which Docker forwards, and the tailnet, whose daemon accepts everything before them.
. "$LIB/lib/ufw.sh"
. "$LIB/omv/rpc.sh"
. "$LIB/omv/firewall.sh"
. "$LIB/lib/foreign-tables.sh"

LOAD=$LIB/bin/load-firewall
CHAINS_V4=$ROOT/etc/homelab/firewall.v4
CHAINS_V6=$ROOT/etc/homelab/firewall.v6

may_write() { printf '%s\n' "$CHAINS_V4" "$CHAINS_V6"; }
is_guarded() { :; }
touches() {
  printf '%s\n' "$CHAINS_V4" "$CHAINS_V6"
  if omv_is_here; then echo "$OMV_FORMER"; else ufw_files; fi
}
# OpenMediaVault's rules are in its database, which only its running services can access.
needs_services() { omv_is_here; }

check_extras() {
  check_admin
  if omv_is_here; then
    omv_wanted || refuse "OpenMediaVault manages this host's firewall: write base: omv under homelab:nas"
    omv_firewall_check
    omv_firewall_remember
  else
    ufw_check
  fi
}

validate() {
  chain_lines "$1$CHAINS_V4"
  chain_lines "$1$CHAINS_V6"
  iptables-restore --test --noflush "$1$CHAINS_V4" 2>"$WORK/says" || refuse "iptables says: $(tail -n 1 "$WORK/says")"
  ip6tables-restore --test --noflush "$1$CHAINS_V6" 2>"$WORK/says" || refuse "ip6tables says: $(tail -n 1 "$WORK/says")"
}

# iptables can also run a program (--modprobe), and no rule may be in a foreign chain.
chain_lines() { # FILE
  chain='(HOMELAB-TAILNET|HOMELAB-PUBLISHED|DOCKER-USER)'
  packet='(! )?-[io] [a-z0-9][a-z0-9.+-]{0,14}|-s [0-9a-f.:/]+|-p (tcp|udp|icmp|ipv6-icmp)|--dport [0-9]+(:[0-9]+)?'
  state='-m conntrack ((! )?--ctstate (DNAT|RELATED,ESTABLISHED)|--ctorigdstport [0-9]+(:[0-9]+)? --ctdir ORIGINAL)'
  comment='-m comment --comment "[a-z0-9 :/,._-]*"'
  only_lines "$1" <<LINES
\*(mangle|filter)
:$chain - \[0:0\]
-A $chain( ($packet|$state|$comment))* -j (RETURN|DROP|HOMELAB-PUBLISHED)
COMMIT
LINES
}

# SSH that was forced open is no state to roll back to.
save_live() {
  save_kernel "$1/kernel"
  sed -i "/--comment \"$MARK\"/d" "$1/kernel/iptables" "$1/kernel/ip6tables"
}

activate() { # apply | restore FOLDER
  case $1 in
    apply)
      if omv_is_here; then omv_firewall_load; else ufw_apply; fi
      if live | grep -q ' DOCKER$'; then
        systemctl restart docker.service
        load_kernel apply "$WORK/kernel-wanted" # Docker inserts its rules before an existing jump
      fi
      ;;
    # The kernel first: its former rules let them in, whatever happens to the rest.
    restore)
      load_kernel restore "$2/kernel"
      if omv_is_here; then omv_firewall_restore; fi
      ;;
  esac
}
omv_firewall_load() {
  omv_firewall_apply
  compile_firewall -
  load_kernel apply "$WORK/kernel-wanted"
}
# Whether the administrators get in, and the machine that applies this, since it has to confirm it.
lets_in() {
  note_admin "$WORK/lets-in"
  [ ! -s "$WORK/lets-in" ] || caller_address >>"$WORK/lets-in"
  lets_everybody_in "$WORK/lets-in"
}

deactivate() {
  if omv_is_here; then omv_firewall_restore; else ufw_remove; fi
  "$LOAD"
}

live() {
  save_kernel "$WORK/kernel"
  omv_is_here || ufw_says "$ROOT"
  kernel_says "$WORK/kernel" "$ROOT/etc/ufw"
}
effect() {
  omv_is_here || ufw_says "$UFW_STAGE"
  kernel_says "$WORK/kernel-wanted" "$WORK/ufw/etc/ufw"
}
# The order of rules matters; that of chains does not, and changes with a reboot.
kernel_says() { # FOLDER UFW
  omv=''
  if omv_is_here; then omv=1; fi
  for tables in $FAMILIES; do
    [ -s "$1/$tables" ] || continue
    kept=$2/user.rules
    [ "$tables" = iptables ] || kept=$2/user6.rules
    [ -z "$omv" ] && [ -e "$kept" ] || kept=/dev/null
    on_rules in-force -v name="$tables" -v omv="$omv" -v kept_in="$kept" "$kept" "$1/$tables"
  done | sort -s -k1,1 -k3,3 >"$WORK/kernel-says"
  # only a running Docker can create its rules again
  if grep -q ' DOCKER$' "$WORK/kernel-says" && ! systemctl -q is-active docker.service; then
    sed -i '/ DOCKER$/d' "$WORK/kernel-says"
  fi
  cat "$WORK/kernel-says"
}

live_findings() { awk -f "$LIB/lib/firewall-findings.awk" | awk '!seen[$0]++'; }
watches() { omv_is_here || echo ufw.service; }
drift() {
  if omv_is_here; then omv_firewall_drift; else ufw_drift; fi
  tables_findings
}
