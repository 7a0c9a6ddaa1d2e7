# sshd-overrule.awk -v port=22 OURS FILE: prints FILE with the lines commented out that would override ours. A Match takes
# precedence over global lines; and sshd listens on every port that any file names.
function keyword(line) {
  sub(/^[ \t]+/, "", line)
  sub(/[ \t=].*/, "", line)
  return tolower(line)
}
function value(line) {
  sub(/^[ \t]*[A-Za-z]+[ \t]*=?[ \t]*/, "", line)
  sub(/[ \t]+$/, "", line)
  gsub(/"/, "", line)
  return tolower(line)
}
FILENAME == ARGV[1] {
  if (/^[A-Za-z]/) ours[keyword($0)] = value($0)
  next
}
/^[ \t]*[A-Za-z]/ {
  key = keyword($0)
  if (key == "match") matching = (value($0) != "all")
  if ((matching && key in ours && value($0) != ours[key]) || (port != "" && key == "port" && value($0) != port)) $0 = "# homelab: " $0
}
{ print }
