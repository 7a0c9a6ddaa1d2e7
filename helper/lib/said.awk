# Turns the output of all settings (see describe_setting) into "setting NAME STATE DIGEST" with "drift CODE ITEM WORDS" and
# "foreign WORDS" below it, separated by tabs: at most `most` a setting, without repeats, truncated to `length_of_line`.
BEGIN { FS = "\t" }
/^=/ {
  print "setting\t" substr($1, 2) "\t" $2 "\t" $3
  kind = $4
  lines = 0
  split("", seen)
  next
}
{
  said = substr($0, 1, length_of_line)
  if (!seen[said]++ && ++lines <= most) print kind "\t" said
}
