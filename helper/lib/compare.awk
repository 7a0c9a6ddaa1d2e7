# Three files with lines of "VALUE  PATH", paths without their first slash: expected digests, actual digests, modes. Prints
# for each path "same", "other" or "gone", its mode ("-" if it has none), and the path.
{
  at = index($0, "  ")
  path = substr($0, at + 2)
  value[FILENAME, path] = substr($0, 1, at - 1)
}
FILENAME == ARGV[1] { paths[++count] = path }
END {
  for (i = 1; i <= count; i++) {
    path = paths[i]
    wanted = value[ARGV[1], path]
    is = (ARGV[2], path) in value ? value[ARGV[2], path] : "-"
    print (is == "-" ? "gone" : is == wanted ? "same" : "other"), ((ARGV[3], path) in value ? value[ARGV[3], path] : "-"), "/" path
  }
}
