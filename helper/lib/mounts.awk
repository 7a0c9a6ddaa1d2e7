# mounts.awk WANTED MOUNTINFO: prints "UNIT<tab>FOLDER<tab>WHAT IS WRONG" for each mount that differs from its unit. WANTED has
# lines of "UNIT FOLDER SOURCE MODE"; MODE is ro, rw or -. The last mount on a folder is the visible one.
FILENAME == ARGV[1] {
  units[++count] = $1
  folder[$1] = $2
  source[$1] = $3
  mode[$1] = $4
  next
}
{
  for (i = 7; i <= NF && $i != "-"; i++) { }
  content[$5] = $3 " " $4
  from[$5] = trim($(i + 2))
  flags[$5] = "," $6 ","
}
END {
  for (i = 1; i <= count; i++) {
    unit = units[i]
    at = folder[unit]
    if (!(at in content)) continue
    if (source[unit] ~ /:/ && from[at] != trim(source[unit])) said(unit, "is mounted from " from[at])
    else if (source[unit] in content && content[at] != content[source[unit]]) said(unit, "shows something else than " source[unit])
    else if (mode[unit] != "-" && !index(flags[at], "," mode[unit] ",")) said(unit, "is mounted to be " (mode[unit] == "ro" ? "written" : "read only"))
  }
}
function said(unit, words) { print unit "\t" folder[unit] "\t" words }
function trim(text) {
  sub(/\/+$/, "", text)
  return text
}
