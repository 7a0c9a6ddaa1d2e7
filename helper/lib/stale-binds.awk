# stale-binds.awk -v root=ROOT INSPECTED: prints "PID PATH" for each bind mount of a running container whose source was
# replaced or removed on the host since, which the kernel marks as deleted. `systemctl restart docker.socket` does that to
# Docker's socket. INSPECTED is the container JSON of Docker's API.
{
  while (match($0, /"Pid":[1-9][0-9]*/)) {
    look_at(substr($0, RSTART + 6, RLENGTH - 6))
    $0 = substr($0, RSTART + RLENGTH)
  }
}
function look_at(pid,    table, line, field) {
  table = root "/proc/" pid "/mountinfo"
  while ((getline line <table) > 0)
    if (line ~ /\/\/deleted /) {
      split(line, field, " ")
      print pid, field[5]
    }
  close(table)
}
