# Names of running containers that mount one of the parts. Arguments: $WORK/parts, $WORK/containers (see backups.sh and
# backups-containers.sh).
function inside(path, folder) { return path == folder || substr(path, 1, length(folder) + 1) == folder "/" }
FILENAME == ARGV[1] {
  count++
  volume[count] = $1 == "volume" ? $2 : ""
  path[count] = $3
  next
}
$2 == "running" || $2 == "restarting" {
  mounts = split($3, mount, ",")
  for (i = 1; i <= mounts; i++)
    for (j = 1; j <= count; j++)
      if (mount[i] == volume[j] || (mount[i] ~ /^\// && (inside(mount[i], path[j]) || inside(path[j], mount[i])))) used[$1]
  if ($1 in used) print $1
}
