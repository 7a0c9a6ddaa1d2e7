# Paths that differ between a manifest and entries of now, or are in one alone. A folder's time does not count, since each of
# its entries does. Arguments: the manifest, the entries.
BEGIN { FS = "\t" }
$1 == "part" || $1 == "end" { next }
{
  path = $10
  for (i = 11; i <= NF; i++) path = path FS $i
  is = $1 FS $2 FS $3 FS $4
  if ($1 != "d") is = is FS $5 FS $6 FS $7 FS $8
}
FILENAME == ARGV[1] { was[path] = is; next }
!(path in was) || was[path] != is { print path }
{ delete was[path] }
END { for (path in was) print path }
