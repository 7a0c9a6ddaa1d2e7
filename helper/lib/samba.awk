# samba.awk FILE -: prints "[SHARE] KEY = VALUE" for each line of our shares, and for [global] the keys that our file sets
# there. FILE has our shares; standard input is testparm's result for all files.
/^[[:space:]]*([#;]|$)/ { next }
/^\[/ {
  section = $0
  if (FILENAME == ARGV[1]) ours[section]
  next
}
{ gsub(/^[[:space:]]+|[[:space:]]+$/, "") }
FILENAME == ARGV[1] {
  if (section == "[global]") mine[key_of($0)]
  next
}
section in ours && (section != "[global]" || key_of($0) in mine) { print section " " $0 }
function key_of(line) { return tolower(substr(line, 1, index(line, " =") - 1)) }
