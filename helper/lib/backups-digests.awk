# Fills in digests. Arguments: lines of sha256sum, entries of a manifest.
BEGIN { FS = OFS = "\t" }
FILENAME == ARGV[1] {
  digest[substr($0, 67)] = substr($0, 1, 64)
  next
}
{
  path = $10
  for (i = 11; i <= NF; i++) path = path FS $i
  if ($1 == "f" && $9 == "-" && path in digest) $9 = digest[path]
  print
}
