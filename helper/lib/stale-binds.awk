# stale-binds.awk -v root=ROOT INSPECTED: "PID PATH" for each folder or file that a running container has mounted and that is
# no longer what has its name on the host: the kernel marks it as deleted. It was replaced or removed since the container
# started, as the socket of Docker is by `systemctl restart docker.socket`. INSPECTED is what Docker's API says of containers.
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
