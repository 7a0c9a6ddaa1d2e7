# Turns the output of ss -Hlntup into listeners, as in "22/tcp<tab>0.0.0.0<tab>sshd<tab>". A process in a container is recognized
# by its control group, whose name ends with the container's ID.
{
  n = split($5, part, ":")
  port = part[n] "/" $1
  address = substr($5, 1, length($5) - length(part[n]) - 1)
  sub(/%.*/, "", address) # the interface
  gsub(/[][]/, "", address)
  program = container = ""
  if (match($0, /users:\(\("[^"]*",pid=[0-9]+/)) {
    user = substr($0, RSTART + 9, RLENGTH - 9)
    program = substr(user, 1, index(user, "\"") - 1)
    pid = user
    sub(/.*pid=/, "", pid)
    container = container_of(pid)
  }
  gsub(/[^ -~]/, "?", program)
  printf "%s\t%s\t%s\t%s\n", port, address, program, container
}

function container_of(pid,   file, line, id) {
  file = root "/proc/" pid "/cgroup"
  while ((getline line <file) > 0) {
    if (match(line, /docker[-\/][0-9a-f]+/) && RLENGTH == 71) { id = substr(line, RSTART + 7, 64) }
  }
  close(file)
  return id
}
