# exports.awk [FILE | FILE LIVE]: prints "FOLDER to CLIENT(OPTIONS)" for each export of our folders, with the file's options
# only, since the server lists all. FILE has our exports, its continued lines joined; LIVE is the output of `exportfs -s`.
function parts(text) { # CLIENT(OPTIONS)
  client = substr(text, 1, index(text, "(") - 1)
  options = substr(text, index(text, "(") + 1)
  sub(/\)$/, "", options)
}
/^[[:space:]]*(#|$)/ { next }
FILENAME == ARGV[1] {
  ours[$1]
  for (i = 2; i <= NF; i++) {
    parts($i)
    wanted[$1, client] = options
    if (ARGC == 2) print $1 " to " client "(" options ")"
  }
  next
}
$1 in ours {
  for (i = 2; i <= NF; i++) {
    parts($i)
    if (($1, client) in wanted) {
      n = split(wanted[$1, client], option, ",")
      held = ""
      for (j = 1; j <= n; j++) if (index("," options ",", "," option[j] ",")) held = held (held == "" ? "" : ",") option[j]
      options = held
    }
    print $1 " to " client "(" options ")"
  }
}
