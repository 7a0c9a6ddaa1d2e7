# shellcheck shell=sh
# UFW for the host itself, and chains of our own for what UFW never sees: published ports of containers, which Docker
# forwards, and the tailnet, whose daemon accepts everything ahead of UFW.

LOAD=$LIB/bin/load-firewall
RULE="^(allow|limit|deny) (in on [a-z0-9.+-]{1,15} )?(from [0-9a-f.:/]+ )?to any( port [0-9,:]+)?( proto (tcp|udp))? comment 'homelab[a-z0-9 :/,.-]*'\$"

path_allowed() {
  case $1 in /etc/homelab/firewall.v4 | /etc/homelab/firewall.v6) ;; *) return 1 ;; esac
}
is_guarded() { :; }
touches() {
  printf '%s\n' /etc/homelab/firewall.v4 /etc/homelab/firewall.v6 \
    /etc/ufw/user.rules /etc/ufw/user6.rules /etc/ufw/ufw.conf /etc/default/ufw
}

check_extras() {
  jq -e --arg rule "$RULE" '.rules | type == "array" and all(type == "string" and test($rule))' "$INPUT" >/dev/null ||
    refuse "a rule is not of the kind that this helper takes: $(jq -r --arg rule "$RULE" '[.rules[]? | strings | select(test($rule) | not)][0] // "rules is no list"' "$INPUT")"
}

validate() {
  iptables-restore --test --noflush "$1/etc/homelab/firewall.v4" 2>"$WORK/says" || refuse "iptables says: $(tail -n 1 "$WORK/says")"
  ip6tables-restore --test --noflush "$1/etc/homelab/firewall.v6" 2>"$WORK/says" || refuse "ip6tables says: $(tail -n 1 "$WORK/says")"
}

activate() {
  if [ -f "${INPUT:-}" ]; then
    defaults
    ufw_rules
  fi
  if grep -qx 'ENABLED=yes' /etc/ufw/ufw.conf; then
    systemctl -q enable ufw.service
    # Rules that were added one by one are in the kernel already; files that are back are not.
    if [ -z "${INPUT:-}" ] || ! in_kernel; then ufw reload >/dev/null; fi
  else
    ufw --force disable >/dev/null
  fi
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

# Incoming and forwarded packets are dropped unless a rule takes them; what a host itself begins may leave.
defaults() {
  sed -e 's/^DEFAULT_INPUT_POLICY=.*/DEFAULT_INPUT_POLICY="DROP"/' -e 's/^DEFAULT_FORWARD_POLICY=.*/DEFAULT_FORWARD_POLICY="DROP"/' \
    -e 's/^DEFAULT_OUTPUT_POLICY=.*/DEFAULT_OUTPUT_POLICY="ACCEPT"/' -e 's/^IPV6=.*/IPV6=yes/' /etc/default/ufw >"$WORK/ufw-defaults"
  if ! cmp -s "$WORK/ufw-defaults" /etc/default/ufw; then
    back_up /etc/default/ufw
    write_file /etc/default/ufw 0644 <"$WORK/ufw-defaults"
  fi
}

# First what is missing, then away with what is too much: at no moment is a door shut that should be open.
ufw_rules() {
  input '.rules[]' >"$WORK/wanted"
  ufw show added 2>/dev/null | sed -n 's/^ufw //p' >"$WORK/there"
  grep -vxF -f "$WORK/there" "$WORK/wanted" >"$WORK/missing" || true
  without_comment <"$WORK/wanted" >"$WORK/wanted-plain"
  grep -v " comment 'keep'\$" "$WORK/there" | without_comment | grep -vxF -f "$WORK/wanted-plain" >"$WORK/surplus" || true
  while read -r rule; do
    printf '%s\n' "$rule" | xargs ufw >/dev/null
    say "added: $rule"
  done <"$WORK/missing"
  while read -r rule; do
    case $rule in
      route\ *) printf '%s\n' "${rule#route }" | xargs ufw --force route delete >/dev/null ;;
      *) printf '%s\n' "$rule" | xargs ufw --force delete >/dev/null ;;
    esac
    say "removed: $rule"
  done <"$WORK/surplus"
  grep -qx 'ENABLED=yes' /etc/ufw/ufw.conf || ufw --force enable >/dev/null
}
without_comment() { sed "s/ comment '[^']*'\$//"; }

# Somebody may have flushed UFW's chains.
in_kernel() { same_number iptables ufw-user-input /etc/ufw/user.rules && same_number ip6tables ufw6-user-input /etc/ufw/user6.rules; }
same_number() { # TABLES CHAIN RULES
  [ "$("$1" -S "$2" 2>/dev/null | grep -c '^-A')" = "$(grep -c "^-A $2 " "$3")" ]
}

deactivate() {
  ufw_former=$STATE/backup/etc/default/ufw
  [ ! -e "$ufw_former" ] || give_back /etc/default/ufw
  applied '.rules[]' | without_comment | while read -r rule; do
    printf '%s\n' "$rule" | xargs ufw --force delete >/dev/null || true
  done
  ufw --force disable >/dev/null
  "$LOAD"
}

# UFW's own notes of its rules, without those that the owner keeps, and what the kernel holds.
live() {
  cat /etc/ufw/user.rules /etc/ufw/user6.rules 2>/dev/null | sed -n 's/^### tuple ### //p' | grep -v 'comment=6b656570$' | sort
  sed -n 's/^\(ENABLED=.*\)/UFW \1/p' /etc/ufw/ufw.conf
  grep -E '^(DEFAULT_(INPUT|FORWARD|OUTPUT)_POLICY|IPV6)=' /etc/default/ufw
  kernel iptables ufw-user-input /etc/ufw/user.rules
  kernel ip6tables ufw6-user-input /etc/ufw/user6.rules
}
# The order of rules counts; that of chains does not, and is another after a reboot.
kernel() { # TABLES CHAIN RULES
  {
    "$1" -S INPUT | sed -n '1p; / -j ACCEPT$/p'
    "$1-save" | grep -E '^-A (DOCKER-USER|HOMELAB-[A-Z]+) |^-A (PREROUTING -j HOMELAB|INPUT -j ufw6?-before-input|FORWARD -j DOCKER-USER)' | sort -s -k2,2
    if same_number "$@"; then echo "$2 as in $3"; fi
  } 2>/dev/null | sed "s/^/$1 /"
}

words() { awk -f "$LIB/lib/firewall-words.awk" | awk '!seen[$0]++'; }
drift() { systemctl -q is-enabled ufw.service || echo "UFW does not start at boot"; }
