# keys.awk -v name=ACCOUNT: prints lines of authorized_keys as "key of ACCOUNT: COMMENT, TYPE ...END [OPTIONS]", since the
# options of a key matter as well.
/^[[:space:]]*(#|$)/ { next }
{
  if (!match($0, /(^| )(ssh|ecdsa|sk)-[a-z0-9@.-]+ +[A-Za-z0-9+\/=]+/)) {
    print "key of " name ": " $0
    next
  }
  split(substr($0, RSTART, RLENGTH), key, " ")
  options = substr($0, 1, RSTART - 1)
  comment = substr($0, RSTART + RLENGTH + 1)
  end = length(key[2]) > 24 ? "..." substr(key[2], length(key[2]) - 23) : key[2]
  print "key of " name ": " comment ", " key[1] " " end (options == "" ? "" : " [" options "]")
}
