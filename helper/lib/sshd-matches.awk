# Turns each Match of sshd's files into a connection that it applies to, in the form of `sshd -T -C`, followed by the Match.
# The first of several names or addresses represents all.
function first(list,    of, i, n) {
  gsub(/"/, "", list)
  n = split(list, of, ",")
  for (i = 1; i <= n; i++) if (of[i] !~ /^!/) break
  gsub(/[*?]/, "x", of[i])
  return of[i]
}
function address(subnet) {
  if (!sub(/\/.*/, "", subnet)) return subnet
  return subnet ~ /::$/ ? subnet "1" : subnet
}
tolower($1) == "match" && !seen[tolower($0)]++ {
  user = "deploy"
  host = "localhost"
  from = "127.0.0.1"
  more = ""
  for (i = 2; i < NF; i += 2) {
    of = first($(i + 1))
    kind = tolower($i)
    if (kind == "user") user = of
    else if (kind == "host") host = of
    else if (kind == "address") from = address(of)
    else if (kind == "group") more = more ",group=" of
    else if (kind == "localport") more = more ",lport=" of
    else if (kind == "localaddress") more = more ",laddr=" address(of)
  }
  if (NF > 2) {
    sub(/^[ \t]+/, "")
    print "user=" user ",host=" host ",addr=" from more " " $0
  }
}
