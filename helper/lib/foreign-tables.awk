# foreign-tables.awk -v own=PATTERN: reads the output of `nft -y list table` for several tables; those that match PATTERN
# belong to iptables, with its own chain names. Prints "FAMILY NAME<tab>HOOK at PRIORITY VERDICTS; ..." for each table whose
# chains at a hook accept, drop or redirect packets. Skips tables and chains with the comment "keep", and those of fail2ban
# and CrowdSec, which only block.
/^table / {
  tell()
  of = $2 " " $3
  iptables = own != "" && ("table " of) ~ own
  kept = $3 ~ /^(f2b-|crowdsec)/
  chain = ""
  next
}
/^\tcomment "keep"/ { kept = 1 }
/^\tchain / {
  chain = $2
  order[++chains] = chain
  next
}
/^\t}/ { chain = "" }
chain == "" { next }
/^\t\tcomment "keep"/ { silent[chain] = 1 }
/^\t\ttype .* hook / {
  for (i = 1; i <= NF; i++) {
    if ($i == "hook") hook[chain] = $(i + 1)
    if ($i == "priority") priority[chain] = $(i + 1) + 0
    if ($i == "policy" && $(i + 1) ~ /^drop/) verdicts[chain] = verdicts[chain] " drop"
  }
  next
}
{
  gsub(/"[^"]*"/, "")
  gsub(/[{},;:]/, " ")
  n = split($0, word, " ")
  for (i = 1; i <= n; i++) {
    if (word[i] ~ /^(accept|drop|reject|queue|dnat|redirect|tproxy)$/) verdicts[chain] = verdicts[chain] " " word[i]
    if (word[i] ~ /^(jump|goto)$/) leads[chain] = leads[chain] " " word[i + 1]
  }
}
END { tell() }

function collect(from,    n, i, list) {
  if (from in asked) return
  asked[from]
  n = split(verdicts[from], list, " ")
  for (i = 1; i <= n; i++) if (!index(all " ", " " list[i] " ")) all = all " " list[i]
  n = split(leads[from], list, " ")
  for (i = 1; i <= n; i++) collect(list[i])
}
function tell(    i, text) {
  for (i = 1; i <= chains && !kept; i++) {
    chain = order[i]
    if (hook[chain] !~ /^(ingress|prerouting|input|forward|output)$/ || chain in silent) continue
    if (iptables && chain ~ /^(PREROUTING|INPUT|FORWARD|OUTPUT)$/) continue
    all = ""
    split("", asked)
    collect(chain)
    if (all != "") text = text (text == "" ? "" : "; ") hook[chain] " at " priority[chain] all
  }
  if (text != "") print of "\t" text
  chains = 0
  split("", verdicts)
  split("", leads)
  split("", hook)
  split("", silent)
}
