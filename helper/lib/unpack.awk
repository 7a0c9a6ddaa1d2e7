# Reads the files of a desired state, a path and below it the lines of its text with a tab before each; writes them below
# `folder`, and prints the paths. No path has a sign that a shell would read (see input.sh).
/^\t/ { print substr($0, 2) >file; next }
{
  if (file != "") close(file)
  file = folder $0
  above = file
  sub(/\/[^\/]*$/, "", above)
  system("mkdir -p '" above "'")
  printf "" >file
  print
}
