# Reads the files of a desired state, a path and below it its lines, each after a tab; writes them below `folder`, and
# prints the paths. No path contains a character that is special to a shell (see input.sh).
/^=/ { next }
/^\t/ { text[paths] = text[paths] substr($0, 2) "\n"; next }
{
  path[++paths] = $0
  above = folder $0
  sub(/\/[^\/]*$/, "", above)
  if (!(above in seen)) folders = folders " '" above "'"
  seen[above]
}
END {
  if (folders != "") system("mkdir -p" folders)
  for (i = 1; i <= paths; i++) {
    file = folder path[i]
    printf "%s", text[i] >file
    close(file)
    print path[i]
  }
}
