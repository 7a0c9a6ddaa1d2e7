# Parses the output of iptables-save into arrays: policy[SET, TABLE, CHAIN] ("-" unless it is a chain of the kernel's own),
# count[SET, TABLE, CHAIN] and rule[SET, TABLE, CHAIN, 1...], each without its "-A CHAIN ". The program that includes this
# decides which set a line belongs to.
function read_line(set,    chain) {
  if (/^\*/) {
    table = substr($0, 2)
    tables[set, table]
  } else if (/^:/) {
    chain = substr($1, 2)
    policy[set, table, chain] = $2
    chains[set, table] = chains[set, table] chain " "
  } else if (/^-A /) rule[set, table, $2, ++count[set, table, $2]] = substr($0, 5 + length($2))
}

# A rule without its comment, which may contain any characters.
function plain(text) {
  gsub(/-m comment --comment ("([^"\\]|\\.)*"|[^ ]+) ?/, "", text)
  return text
}
function target(text) {
  text = " " plain(text)
  return match(text, / -[jg] [^ ]+/) ? substr(text, RSTART + 4, RLENGTH - 4) : ""
}

# Rules that the owner marked, and the chains of tailscaled: packets of its interface are decided on before those.
function permitted(text) {
  return text ~ /--comment "?keep"?( |$)/ || target(text) ~ /^ts-(input|forward)$/
}
function is_ufw(text) { return target(text) ~ /^ufw6?-/ }
# Docker's own chains; it leaves DOCKER-USER to others.
function is_docker_chain(chain) { return chain ~ /^DOCKER(-|$)/ && chain != "DOCKER-USER" }
# Its networks' bridges have these names by default.
function is_docker(text) {
  return is_docker_chain(target(text)) || plain(text) ~ /(^| )-[io] (docker0|br-[0-9a-f]+)( |$)/
}

# Can this target accept a packet?
function may_accept(set, table, where,    i, key) {
  if (where == "ACCEPT") return 1
  key = set SUBSEP table SUBSEP where
  if (!(key in policy) || (key in asked) || where ~ /^ufw6?-/) return 0
  asked[key]
  for (i = 1; i <= count[key]; i++)
    if (may_accept(set, table, target(rule[key, i]))) {
      delete asked[key]
      return 1
    }
  delete asked[key]
  return 0
}

# A foreign rule beside UFW's: it could accept what nothing declares, or block what is declared.
function side_door(set, chain, text,    where) {
  where = target(text)
  if (permitted(text) || is_ufw(text)) return 0
  if (chain == "INPUT") return where ~ /^(DROP|REJECT)$/ || may_accept(set, "filter", where)
  # A rule with an interface is forwarding of the owner's, or Docker's.
  return chain == "FORWARD" && where == "ACCEPT" && plain(text) !~ /(^| )(-[io]|--ctstate RELATED,ESTABLISHED) /
}
# Position in FORWARD of the decision on published ports, 0 if none; a rule before it that accepts takes precedence.
function gate(set, table, chain, jump,    i) {
  for (i = 1; i <= count[set, table, chain]; i++) if (target(rule[set, table, chain, i]) == jump) return i
  return 0
}
