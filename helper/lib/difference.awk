# Reads the output of diff(1) and pairs the removed and added lines of each hunk, as far as there are both.
function flush(    i) {
  for (i = 1; i <= came || i <= went; i++) {
    if (i > came) print "-" old[i]
    else if (i > went) print "+" new[i]
    else print "~" new[i] "\t" old[i]
  }
  came = went = 0
}
/^[0-9]/ { flush() }
/^< / { old[++went] = substr($0, 3) }
/^> / { new[++came] = substr($0, 3) }
END { flush() }
