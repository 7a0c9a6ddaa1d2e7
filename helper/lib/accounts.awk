# accounts.awk PASSWD GROUP SHADOW: for deploy and probe, how they log in and their groups; for everybody else whom SSH or Docker
# lets in, or who is root, "=noticed ACCOUNT<tab>WORDS"; "=member ACCOUNT" for the members of homelab-ssh.
BEGIN { FS = ":" }
FILENAME == ARGV[1] {
  if (!($1 in uid)) order[++accounts] = $1
  uid[$1] = $3
  primary[$1] = $4
  shell[$1] = $7
  next
}
FILENAME == ARGV[2] {
  groups[++count] = $1
  members[$1] = "," $4 ","
  for (name in primary) if (primary[name] == $3 && name != $1) members[$1] = members[$1] name ","
  next
}
{ password[$1] = $2 }
END {
  of("deploy")
  of("probe")
  for (i = 1; i <= accounts; i++) {
    name = order[i]
    if (uid[name] == 0 && name != "root") print "=noticed " name "\thas the user id 0, so it is root"
    if (is_in(name, "homelab-ssh")) print "=member " name
    if (is_in(name, "docker") && name != "deploy" && name != "probe") print "=noticed " name "\tis in the group docker, which is as good as root"
  }
}
function is_in(name, group) { return index(members[group], "," name ",") }
function of(name,    i, n, j, list, held) {
  printf "%s: shell %s, %s password, %s\n", name, name in shell ? shell[name] : "none", \
    password[name] == "*" ? "no" : password[name] ~ /^!/ ? "locked, a" : "a", uid[name] == 0 ? "root" : "not root"
  for (i = 1; i <= count; i++) if (is_in(name, groups[i])) list[++n] = groups[i]
  for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (list[i] > list[j]) {
    held = list[i]
    list[i] = list[j]
    list[j] = held
  }
  printf "%s is in", name
  for (i = 1; i <= n; i++) printf " %s", list[i]
  print ""
}
