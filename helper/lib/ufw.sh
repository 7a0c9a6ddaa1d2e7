# shellcheck shell=sh
# UFW for packets to the host itself: the part of the setting `firewall` where no OpenMediaVault has that.

# What the program's rules look like, in the form in which `ufw show added` prints them.
RULE="^(allow|limit|deny) (in on [a-z0-9.+-]{1,15} )?(from [0-9a-f.:/]+ )?to any( port [0-9,:]+)?( proto (tcp|udp))? comment 'homelab[a-z0-9 :/,._-]*'\$"

USER_RULES=$ROOT/etc/ufw/user.rules
USER6_RULES=$ROOT/etc/ufw/user6.rules
UFW_CONF=$ROOT/etc/ufw/ufw.conf
UFW_DEFAULTS=$ROOT/etc/default/ufw

ufw_files() { printf '%s\n' "$USER_RULES" "$USER6_RULES" "$UFW_CONF" "$UFW_DEFAULTS"; }

ufw_check() {
  jq -e --arg rule "$RULE" '.rules | type == "array" and all(type == "string" and test($rule))' "$INPUT" >/dev/null ||
    refuse "a rule is not of the kind that this helper takes: $(jq -r --arg rule "$RULE" '[.rules[]? | strings | select(test($rule) | not)][0] // "rules is no list"' "$INPUT")"
}

ufw_apply() {
  ufw_defaults
  ufw_rules
  # Rules that were added one by one are in the kernel already.
  in_kernel || ufw reload >/dev/null
  systemctl -q enable ufw.service
}

# What the files say that are back.
ufw_restore() {
  if grep -qx 'ENABLED=yes' "$UFW_CONF"; then
    ufw reload >/dev/null
  else
    ufw --force disable >/dev/null
  fi
}

# Incoming and forwarded packets are dropped unless a rule takes them; what a host itself begins may leave. Not by `ufw
# default`: it stops and starts a firewall that is on, once for each of the three, and it does not know IPV6.
ufw_defaults() {
  sed -e 's/^DEFAULT_INPUT_POLICY=.*/DEFAULT_INPUT_POLICY="DROP"/' -e 's/^DEFAULT_FORWARD_POLICY=.*/DEFAULT_FORWARD_POLICY="DROP"/' \
    -e 's/^DEFAULT_OUTPUT_POLICY=.*/DEFAULT_OUTPUT_POLICY="ACCEPT"/' -e 's/^IPV6=.*/IPV6=yes/' "$UFW_DEFAULTS" >"$WORK/ufw-defaults"
  if ! cmp -s "$WORK/ufw-defaults" "$UFW_DEFAULTS"; then
    back_up "$UFW_DEFAULTS"
    write_file "$UFW_DEFAULTS" 0644 <"$WORK/ufw-defaults"
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
  grep -qx 'ENABLED=yes' "$UFW_CONF" || ufw --force enable >/dev/null
}
without_comment() { sed "s/ comment '[^']*'\$//"; }

# Somebody may have flushed UFW's chains.
in_kernel() {
  look_at_kernel
  same_number iptables ufw-user-input "$USER_RULES" && same_number ip6tables ufw6-user-input "$USER6_RULES"
}
# To $WORK/iptables and $WORK/ip6tables: what is in force.
look_at_kernel() {
  for tables in iptables ip6tables; do
    "$tables-save" >"$WORK/$tables" 2>/dev/null || true
  done
}
same_number() { # TABLES CHAIN RULES
  [ "$(grep -c "^-A $2 " "$WORK/$1")" = "$(grep -c "^-A $2 " "$3")" ]
}

ufw_remove() {
  if [ -e "$STATE/backup$UFW_DEFAULTS" ]; then give_back "$UFW_DEFAULTS"; fi
  applied '.rules[]' | without_comment | while read -r rule; do
    printf '%s\n' "$rule" | xargs ufw --force delete >/dev/null || true
  done
  ufw --force disable >/dev/null
}

# Its own notes of its rules, without those that the owner keeps.
ufw_live() {
  cat "$USER_RULES" "$USER6_RULES" 2>/dev/null | sed -n 's/^### tuple ### //p' | grep -v 'comment=6b656570$' | sort
  sed -n 's/^\(ENABLED=.*\)/UFW \1/p' "$UFW_CONF"
  grep -E '^(DEFAULT_(INPUT|FORWARD|OUTPUT)_POLICY|IPV6)=' "$UFW_DEFAULTS"
  if same_number iptables ufw-user-input "$USER_RULES"; then echo "iptables ufw-user-input as in user.rules"; fi
  if same_number ip6tables ufw6-user-input "$USER6_RULES"; then echo "ip6tables ufw6-user-input as in user6.rules"; fi
}

ufw_drift() { must_be_enabled ufw.service; }
