# in-force.awk -v name=iptables [-v omv=1] -v kept_in=KEPT KEPT SAVED, after rules.awk: the firewall's live state: a line for each
# rule of our chains and of UFW's, and for the kernel's own chains the policy, the jumps to ours in their order, and foreign
# rules beside them. KEPT is UFW's own file of rules: those that the owner keeps are skipped.
FILENAME == kept_in {
  if (/^###/) keeping = / comment=6b656570$/
  else if (keeping && /^-A /) kept[form(substr($0, 4))]
  next
}
{ read_line("now") }

# Normalizes a rule: UFW's files use another order than iptables-save, and omit what is implied.
function form(text,    n, i, j, word, part, parts, all, negated) {
  n = split(text, word, " ")
  parts = 0
  for (i = 1; i <= n; i++) {
    if (word[i] == "!") negated = "! "
    else if (word[i] == "-m" && word[i + 1] ~ /^(tcp|udp)$/) i++
    else if (word[i] ~ /^-[sd]$/) {
      part[++parts] = negated word[i] " " word[i + 1] (word[i + 1] ~ /\// ? "" : word[i + 1] ~ /:/ ? "/128" : "/32")
      if (part[parts] ~ / (0\.0\.0\.0|::)\/0$/) parts--
      negated = ""
      i++
    } else if (word[i] ~ /^-/ || parts == 0) {
      part[++parts] = negated word[i]
      negated = ""
    } else part[parts] = part[parts] " " word[i]
  }
  for (i = 1; i <= parts; i++) {
    for (j = 1; j < i; j++) if (part[j] > part[i]) {
      all = part[i]
      part[i] = part[j]
      part[j] = all
    }
  }
  all = ""
  for (i = 1; i <= parts; i++) all = all part[i] "\n"
  return all
}

function tell(chain, text) { print name " -A " chain " " text }
function ours(chain,    i, text) {
  for (i = 1; i <= count["now", table, chain]; i++) {
    text = rule["now", table, chain, i]
    if (form(chain " " text) in kept) continue
    # the log level is the owner's choice, and blocks nobody
    if (target(text) == "LOG" || (chain ~ /-logging-/ && target(text) == "RETURN")) continue
    tell(chain, text)
  }
}
# Before the jump, any rule that may accept; after it, any rule that is not the owner's forwarding.
function decided(chain, jump,    i, at, text, where) {
  at = jump == "" ? 0 : gate("now", table, chain, jump)
  for (i = 1; i <= count["now", table, chain]; i++) {
    text = rule["now", table, chain, i]
    where = target(text)
    if (where == jump || is_ufw(text)) {
      if (where == jump || !omv) tell(chain, text)
    } else if (i < at ? !permitted(text) && may_accept("now", table, where) : !omv && table == "filter" && side_door("now", chain, text)) tell(chain, text)
  }
}
# Detects a flush of Docker's rules: Docker creates them when it starts, and never checks them again.
function lost_docker(    i) {
  if (!(("now", "nat", "DOCKER") in policy) && !(("now", "filter", "DOCKER") in policy)) return
  for (i = 1; i <= count["now", "filter", "FORWARD"]; i++)
    if (is_docker_chain(target(rule["now", "filter", "FORWARD", i]))) return
  print name " DOCKER"
}
END {
  lost_docker()
  n = split("filter mangle", all_tables, " ")
  for (t = 1; t <= n; t++) {
    table = all_tables[t]
    m = split(chains["now", table], of, " ")
    for (c = 1; c <= m; c++) {
      chain = of[c]
      if (table == "filter" && chain ~ /^(INPUT|FORWARD|OUTPUT)$/) {
        if (!omv) print name " -P " chain " " policy["now", table, chain]
        if (!omv || chain == "FORWARD") decided(chain, chain == "FORWARD" ? "DOCKER-USER" : "")
      } else if (table == "mangle" && chain == "PREROUTING") decided(chain, "HOMELAB-TAILNET")
      else if (chain ~ /^(DOCKER-USER|HOMELAB-.*)$/ || (!omv && chain ~ /^ufw6?-/)) ours(chain)
    }
  }
}
