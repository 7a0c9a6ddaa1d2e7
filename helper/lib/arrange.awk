# arrange.awk -v mode=apply|restore [-v strict=1] NOW WANTED, after rules.awk: prints the one transaction of
# iptables-restore --noflush that brings the kernel from NOW to WANTED. Docker's chains and rules stay as they are now,
# because Docker changes them at any time. Of all other foreign rules, `restore` takes those of WANTED; `apply` keeps
# those that let nothing in, or with `strict` only the permitted ones.
{ read_line(FILENAME == ARGV[1] ? "now" : "wanted") }

function add(chain, text) { body = body "-A " chain " " text "\n" }
function add_all(set, chain,    i) {
  for (i = 1; i <= count[set, current, chain]; i++) add(chain, rule[set, current, chain, i])
}
function add_jumps(chain,    i, text) {
  if (jumps_done++) return
  for (i = 1; i <= count["wanted", current, chain]; i++) {
    text = rule["wanted", current, chain, i]
    if (is_ufw(text)) add(chain, text)
  }
}
# Foreign rules stay where they are, around UFW's jumps. DOCKER-USER and our own chain come first.
function apply_chain(chain, jump,    i, text, at) {
  jumps_done = 0
  at = jump == "" ? 0 : gate("now", current, chain, jump)
  for (i = 1; i < at; i++) if (permitted(rule["now", current, chain, i])) add(chain, rule["now", current, chain, i])
  if (jump != "" && gate("wanted", current, chain, jump)) add(chain, "-j " jump)
  for (i = 1; i <= count["now", current, chain]; i++) {
    text = rule["now", current, chain, i]
    if ((i < at && permitted(text)) || target(text) == jump) continue
    if (is_ufw(text)) add_jumps(chain)
    else if (current == "filter" && ufw_decides() && side_door("now", chain, text)) continue
    else if (!strict || chain != "INPUT" || permitted(text)) add(chain, text)
  }
  add_jumps(chain)
}
function dockers(set, chain,    i, all) {
  for (i = 1; i <= count[set, current, chain]; i++)
    if (is_docker(rule[set, current, chain, i])) all = all "-A " chain " " rule[set, current, chain, i] "\n"
  return all
}
# Puts Docker's current rules where the first of its former rules was.
function restore_chain(chain,    i, now, text) {
  now = dockers("now", chain)
  if (now == "" || now == dockers("wanted", chain)) now = ""
  for (i = 1; i <= count["wanted", current, chain]; i++) {
    text = rule["wanted", current, chain, i]
    if (now == "" || !is_docker(text)) add(chain, text)
    else if (!placed++) body = body now
  }
  if (now != "" && !placed) body = body now
  placed = 0
}

# A table that did not exist when the former state was saved was empty, and let everything pass.
function unload(    n, i, of) {
  n = split(chains["now", current], of, " ")
  for (i = 1; i <= n; i++)
    if (policy["now", current, of[i]] != "-") {
      policy["wanted", current, of[i]] = "ACCEPT"
      chains["wanted", current] = chains["wanted", current] of[i] " "
    }
  arrange()
}

# If OpenMediaVault manages the host's own rules, only our jumps are wanted.
function ufw_decides(    i) {
  for (i = 1; i <= count["wanted", "filter", "INPUT"]; i++) if (is_ufw(rule["wanted", "filter", "INPUT", i])) return 1
  return 0
}

function decided_here(chain) {
  return current == "filter" ? chain ~ /^(INPUT|FORWARD|OUTPUT)$/ : chain == "PREROUTING"
}
function wanted_chain(chain) {
  if (policy["wanted", current, chain] != "-") {
    if (mode == "apply" && (!decided_here(chain) || (!ufw_decides() && chain != "FORWARD" && chain != "PREROUTING"))) return
    if (mode == "apply" && !ufw_decides()) policy["wanted", current, chain] = policy["now", current, chain]
    head = head ":" chain " " policy["wanted", current, chain] " [0:0]\n"
    flush = flush "-F " chain "\n"
    if (mode == "restore") restore_chain(chain)
    else apply_chain(chain, current == "mangle" ? "HOMELAB-TAILNET" : chain == "FORWARD" ? "DOCKER-USER" : "")
  } else if (!is_docker_chain(chain)) {
    head = head ":" chain " - [0:0]\n"
    add_all("wanted", chain)
  } else if (mode == "restore" && !(("now", current, chain) in policy)) {
    head = head ":" chain " - [0:0]\n"
    add_all("wanted", chain)
  }
}
# Deletes the chains that the change had added, after all jumps to them.
function surplus(    n, i, of, tail) {
  n = split(chains["now", current], of, " ")
  for (i = 1; i <= n; i++)
    if (policy["now", current, of[i]] == "-" && !is_docker_chain(of[i]) && !(("wanted", current, of[i]) in policy)) {
      flush = flush "-F " of[i] "\n"
      tail = tail "-X " of[i] "\n"
    }
  return tail
}
function arrange(    n, i, of, tail) {
  head = flush = body = tail = ""
  n = split(chains["wanted", current], of, " ")
  for (i = 1; i <= n; i++) wanted_chain(of[i])
  if (mode == "restore") tail = surplus()
  if (head flush body != "") printf "*%s\n%s%s%s%sCOMMIT\n", current, head, flush, body, tail
}
END {
  n = split("mangle filter", of, " ")
  for (t = 1; t <= n; t++) {
    current = of[t]
    if (("wanted", current) in tables) arrange()
    else if (mode == "restore" && ("now", current) in tables) unload()
  }
}
