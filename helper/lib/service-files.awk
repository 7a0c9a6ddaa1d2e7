# Three files: the records of services' files, "PATH:MODE DIGEST" with paths below the folder `made`; their current modes,
# "MODE PATH", and current digests, "DIGEST  PATH", below the folder `there`. Prints "STATE PATH" for each record: same,
# changed, mode-changed or removed.
FILENAME == ARGV[1] {
  at = index($0, ":")
  was[substr($0, length(made) + 2, at - length(made) - 2)] = substr($0, at + 1)
  next
}
FILENAME == ARGV[2] {
  mode[substr($0, index($0, " ") + length(there) + 2)] = $1
  next
}
{ digest[substr($0, index($0, "  ") + length(there) + 3)] = $1 }
END {
  for (path in was) {
    split(was[path], it, " ")
    print (!(path in mode) ? "removed" : digest[path] != it[2] ? "changed" : mode[path] != it[1] ? "mode-changed" : "same") " " path
  }
}
