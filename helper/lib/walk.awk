# walk.awk -v port=22 -v senders="ADDRESS,INTERFACE,TO ..." SAVED, after rules.awk: the fate of the first packet of a TCP
# connection to this port, a line for each sender: "accepted", "dropped", or "unsure" if a rule depends on something unknown
# here. Follows the kernel's path of a packet to the host itself.
{ read_line("now") }

function power(n,    p) {
  for (p = 1; n > 0; n--) p *= 2
  return p
}
function number_of(address,    of, n) {
  n = split(address, of, ".")
  return n == 4 ? ((of[1] * 256 + of[2]) * 256 + of[3]) * 256 + of[4] : -1
}
# Splits an IPv6 address into group[1..8].
function groups_of(address, group,    half, left, right, a, b, i) {
  half = split(address, of_half, "::")
  a = split(of_half[1], left, ":")
  b = half == 2 ? split(of_half[2], right, ":") : 0
  for (i = 1; i <= 8; i++) group[i] = i <= a ? hex(left[i]) : i > 8 - b ? hex(right[i - 8 + b]) : 0
}
function hex(text,    i, value) {
  value = 0
  for (i = 1; i <= length(text); i++) value = value * 16 + index("0123456789abcdef", tolower(substr(text, i, 1))) - 1
  return value
}
function within(address, subnet,    of, bits, i, size) {
  if (split(subnet, of, "/") == 1) of[2] = subnet ~ /:/ ? 128 : 32
  if (of[2] !~ /^[0-9]+$/) return 2
  bits = of[2]
  if (subnet !~ /:/) {
    size = power(32 - bits)
    return int(number_of(address) / size) == int(number_of(of[1]) / size)
  }
  groups_of(address, mine)
  groups_of(of[1], theirs)
  for (i = 1; i <= 8 && bits > 0; i++) {
    size = power(bits >= 16 ? 0 : 16 - bits)
    if (int(mine[i] / size) != int(theirs[i] / size)) return 0
    bits -= 16
  }
  return 1
}
function has_port(list,    n, i, of, ends) {
  n = split(list, of, ",")
  for (i = 1; i <= n; i++) {
    if (split(of[i], ends, ":") == 1) ends[2] = ends[1]
    if (port >= ends[1] + 0 && port <= ends[2] + 0) return 1
  }
  return 0
}
function listed(word, list) { return index("," list ",", "," word ",") > 0 }
function interface_is(name) {
  if (interface == "") return 2
  if (sub(/\+$/, "", name)) return index(interface, name) == 1
  return interface == name
}

# 1 if a rule matches the packet, 0 if not, 2 if unknown.
function about(text,    n, i, word, is, no, all) {
  n = split(plain(text), word, " ")
  all = 1
  no = 0
  for (i = 1; i <= n; i++) {
    if (word[i] == "!") {
      no = 1
      continue
    }
    is = 1
    if (word[i] ~ /^-[jg]$/) break
    if (word[i] == "-m") i++
    else if (word[i] == "-s") is = within(source, word[++i])
    else if (word[i] == "-d") is = own == "" ? 2 : within(own, word[++i])
    else if (word[i] == "-i") is = interface_is(word[++i])
    else if (word[i] == "-o") is = (word[++i] == "")
    else if (word[i] == "-p") is = (word[++i] ~ /^(tcp|all|6)$/)
    else if (word[i] ~ /^--(dport|dports)$/) is = has_port(word[++i])
    else if (word[i] == "--ports") is = has_port(word[++i]) ? 1 : 2
    else if (word[i] ~ /^--(ctstate|state)$/) is = listed("NEW", word[++i])
    else if (word[i] == "--ctdir") is = (word[++i] == "ORIGINAL")
    else if (word[i] == "--ctorigdstport") is = has_port(word[++i])
    else if (word[i] == "--dst-type") is = listed("LOCAL", word[++i])
    else if (word[i] == "--src-type") is = listed("UNICAST", word[++i])
    else if (word[i] == "--tcp-flags") {
      is = (listed("SYN", word[i + 1]) ? "SYN" : "NONE") == word[i + 2]
      i += 2
    } else if (word[i] ~ /^--(limit|limit-burst|name|mask|seconds|hitcount|connlimit-mask|icmp-type|icmpv6-type)$/) i++
    else if (word[i] ~ /^--(rsource|rdest|set|reap|connlimit-saddr|connlimit-daddr)$/) continue
    # the packet opens a connection, and has no routing header
    else if (word[i] ~ /^--(update|rcheck|remove)$/) is = 0
    else if (word[i] ~ /^--(connlimit-above|rt-type)$/) {
      is = 0
      i++
    } else if (word[i] == "--connlimit-upto") i++
    else is = 2
    if (no && is != 2) is = !is
    no = 0
    if (is == 0) return 0
    if (is == 2) {
      all = 2
      while (i < n && word[i + 1] !~ /^(-|!)/) i++
    }
  }
  return all
}

# "accepted", "dropped", "unsure", or "" if the chain does not decide.
function verdict(chain, depth,    i, text, where, is, said, key) {
  key = "now" SUBSEP table SUBSEP chain
  for (i = 1; i <= count[key]; i++) {
    text = rule[key, i]
    is = about(text)
    if (is == 0) continue
    where = target(text)
    if (where == "ACCEPT") said = "accepted"
    else if (where ~ /^(DROP|REJECT|DNAT|REDIRECT|TPROXY|NFQUEUE|QUEUE)$/) said = "dropped"
    else if (where == "RETURN") {
      if (is == 1) return ""
      continue
    } else if (("now", table, where) in policy && depth < 20) said = verdict(where, depth + 1)
    else continue
    if (said == "") continue
    if (is == 1) return doubt != "" && doubt != said ? "unsure" : said
    doubt = said
  }
  if (policy[key] == "-") return ""
  said = policy[key] == "DROP" ? "dropped" : "accepted"
  return doubt != "" && doubt != said ? "unsure" : said
}

function becomes(    n, i, of, place, said, all) {
  all = "accepted"
  n = split("raw/PREROUTING mangle/PREROUTING nat/PREROUTING mangle/INPUT filter/INPUT security/INPUT", of, " ")
  for (i = 1; i <= n; i++) {
    split(of[i], place, "/")
    table = place[1]
    if (!(("now", table, place[2]) in policy)) continue
    doubt = ""
    said = verdict(place[2], 0)
    if (said == "dropped") return said
    if (said == "unsure") all = said
  }
  return all
}
END {
  m = split(senders, of_senders, " ")
  for (s = 1; s <= m; s++) {
    split(of_senders[s], facts, ",")
    source = facts[1]
    interface = facts[2]
    own = facts[3]
    print becomes()
  }
}
