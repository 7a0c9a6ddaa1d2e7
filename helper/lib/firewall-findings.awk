# Turns "+LINE" and "-LINE" of the firewall's live state into findings, CODE<tab><tab>WORDS. A rule of UFW has the form
#   ACTION PROTOCOL PORT TO SOURCE-PORT FROM DIRECTION[_INTERFACE] [comment=HEX]
# and appears again for IPv6, which is reported only once.
function place(address) { return address == "0.0.0.0/0" || address == "::/0" ? "anywhere" : address }
function rule(    direction, port, protocol, text) {
  protocol = $2 == "any" ? "" : "/" $2
  port = $3 == "any" ? "every port" : $3
  text = ($1 == "allow" ? "" : $1 " ") port protocol " from " place($6)
  split($7, direction, "_")
  if (direction[2] != "") text = text " on " direction[2]
  if (direction[1] == "out") text = text " (outgoing)"
  return text
}
function finding(sign, words) { print (sign == "+" ? "added" : "missing") "\t\t" words }
function say(sign, text) {
  $0 = text
  if ($1 ~ /^(allow|deny|reject|limit)$/ && NF >= 7) finding(sign, rule() (sign == "+" ? ", added by hand" : " is missing"))
  else if ($1 ~ /^route:/) finding(sign, "a forwarding rule, " (sign == "+" ? "added by hand" : "is missing"))
  else if (/^UFW ENABLED=no/) { if (sign == "+") print "not-running\tUFW\tis off" }
  else if (/^[0-9]+ [0-9]+ .*\.rules$/) { if (sign == "+") print "changed\t/etc/ufw/" $3 "\twas changed since the firewall was first applied" }
  else if (/^UFW/) return
  else if (/ DOCKER$/) finding(sign, "Docker's rules are gone from the kernel")
  else if (/^(DEFAULT_|IPV6)/) { if (sign == "+") print "changed\t/etc/default/ufw\t" text }
  else if (sign == "+") finding(sign, "the kernel has: " text)
  else missing[$1 " " $3]++
}
/^~/ {
  split(substr($0, 2), pair, "\t")
  say("-", pair[2])
  say("+", pair[1])
  next
}
{ say(substr($0, 1, 1), substr($0, 2)) }
END { for (chain in missing) finding("-", "the kernel lacks " missing[chain] " rules of " chain) }
