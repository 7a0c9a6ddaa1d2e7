# Says how entries with digests below the folder `below` differ from a manifest, a line for each: of the whole manifest, or of
# what lies in `part`. Arguments: paths that may differ, the manifest, the entries.
BEGIN { FS = "\t" }
function facts() { return $1 FS $2 FS $3 FS $4 (($1 == "f") ? FS $5 FS $9 : "") }
function inside(path) { return part == "" || path == part || substr(path, 1, length(part) + 1) == part "/" }
FILENAME == ARGV[1] { free[$0]; next }
$1 == "part" || $1 == "end" { next }
{
  path = $10
  for (i = 11; i <= NF; i++) path = path FS $i
}
FILENAME == ARGV[2] {
  if (inside(path)) wanted[path] = facts()
  next
}
{
  path = substr(path, length(below) + 1)
  if (path in free) ;
  else if (!(path in wanted)) print path " is not in the manifest"
  else if (wanted[path] != facts()) print path " is not as it was"
  seen[path]
}
END { for (path in wanted) if (!(path in seen) && !(path in free)) print path " is missing" }
