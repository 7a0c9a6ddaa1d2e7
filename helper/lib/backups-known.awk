# Entries of a manifest (see backups-manifest.sh), with the digests that the former manifest has for files that have not
# changed; the paths of other files go to `todo`. Arguments: the former manifest, entries without digests.
BEGIN {
  FS = OFS = "\t"
  printf "" >todo
}
{
  path = $10
  for (i = 11; i <= NF; i++) path = path FS $i
  signs = $5 FS $6 FS $7 FS $8 FS path
}
FILENAME == ARGV[1] && ARGV[1] != ARGV[2] {
  if ($1 == "f" && $9 != "-") digest[signs] = $9
  next
}
$1 == "f" {
  if (signs in digest) $9 = digest[signs]
  else print path >todo
}
{ print }
