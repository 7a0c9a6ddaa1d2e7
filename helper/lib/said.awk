# What all settings say (see describe_setting) becomes "setting NAME STATE DIGEST", and below it "drift CODE ITEM WORDS" and
# "foreign WORDS", with tabs between. Of a setting `most` of them, each once, cut to `length_of_line`.
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
