# shellcheck shell=sh
# Rules for packets to the host itself as objects of OpenMediaVault, instead of UFW, whose chains OpenMediaVault's firewall
# service removes. It does not handle packets that Docker forwards: DOCKER-USER does.

OMV_FORMER=$STATE/omv-rules.json # the former rules, in case nobody confirms the change

# Rules are {family: inet | inet6, interface, source, port, protocol, comment}; an empty string means any.
omv_firewall_check() {
  jq -e '.omv.rules | type == "array" and all(.[]; keys == ["comment", "family", "interface", "port", "protocol", "source"]
    and (.family | . == "inet" or . == "inet6") and (.interface | test("^[a-z0-9.+-]{0,15}$")) and (.source | test("^[0-9a-f.:/]*$"))
    and (.port | test("^[0-9]{1,5}$")) and (.protocol | . == "tcp" or . == "udp") and (.comment | test("^[a-z0-9 :/,._-]*$")))' "$INPUT" >/dev/null ||
    refuse "omv.rules must be a list of allowed connections"
  # Everybody who may log in must still get in: the list needs every port of sshd, for everyone or for a subnet.
  sshd -T 2>/dev/null | sed -n 's/^port //p' | while read -r port; do
    jq -e --arg port "$port" 'any(.omv.rules[]; .family == "inet" and .protocol == "tcp" and .port == $port)' "$INPUT" >/dev/null ||
      refuse "the rules would block SSH, which listens on $port"
  done
  omv_untouched
}

# All rules of a family in OpenMediaVault's form: established connections first, everything else last.
omv_firewall_rules() { # SOURCE FAMILY
  "$1" '.omv.rules' | jq -cS --arg family "$2" --arg new "$OMV_NEW" --arg ours "$OMV_OURS" '
    def rule: {uuid: $new, chain: "INPUT", action: "ACCEPT", family: $family, source: "", sport: "", destination: "", dport: "", protocol: "all", extraoptions: "", comment: $ours} + .;
    [{extraoptions: "-i lo"}, {extraoptions: "-m conntrack --ctstate RELATED,ESTABLISHED"},
     (if $family == "inet" then {protocol: "icmp"} else {extraoptions: "-p ipv6-icmp"} end),
     (.[] | select(.family == $family) | {source, dport: .port, protocol, comment: "\($ours): \(.comment)",
        extraoptions: (if .interface == "" then "" else "-i \(.interface)" end)}),
     {action: "DROP"}] | map(rule) | to_entries | map(.value + {rulenum: .key})'
}
omv_firewall_there() { # METHOD
  omv Iptables "$1" | jq -cS --arg new "$OMV_NEW" 'sort_by(.rulenum) | to_entries | map(.value + {rulenum: .key, uuid: $new})'
}

# Saves the current rules before anything changes; the helper backs up the file like others.
omv_firewall_remember() {
  jq -cn --argjson v4 "$(omv_firewall_there getRules)" --argjson v6 "$(omv_firewall_there getRules6)" '{v4: $v4, v6: $v6}' |
    write_file "$OMV_FORMER" 0600
}
omv_firewall_apply() {
  omv_firewall_set "$(omv_firewall_rules input inet)" "$(omv_firewall_rules input inet6)"
}
omv_firewall_restore() {
  [ -f "$OMV_FORMER" ] || return 0
  omv_firewall_set "$(jq -c .v4 "$OMV_FORMER")" "$(jq -c .v6 "$OMV_FORMER")"
}
omv_firewall_set() { # V4 V6
  [ "$(omv_firewall_there getRules)" = "$1" ] || omv Iptables setRules "$1" >/dev/null
  [ "$(omv_firewall_there getRules6)" = "$2" ] || omv Iptables setRules6 "$2" >/dev/null
  omv_deploy
}

omv_firewall_drift() {
  for pair in inet:getRules inet6:getRules6; do
    omv_firewall_rules applied "${pair%:*}" | omv_firewall_words >"$WORK/omv-wanted"
    omv_firewall_there "${pair#*:}" | omv_firewall_words >"$WORK/omv-there"
    difference "$WORK/omv-wanted" "$WORK/omv-there" | line_findings "rules of OpenMediaVault"
  done
}
omv_firewall_words() {
  jq -r '.[] | [.action, .family, .protocol, .source, .dport, .extraoptions, .comment] | map(select(. != "")) | join(" ")'
}
