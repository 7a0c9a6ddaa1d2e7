# What all settings say (see describe_setting) becomes "setting NAME STATE DIGEST", and below it "drift CODE ITEM WORDS" and
# "foreign WORDS", with tabs between. Of a setting `most` findings, each once, cut to `length_of_line`.
BEGIN { FS = "\t" }
/^=/ {
  print "setting\t" substr($1, 2) "\t" $2 "\t" $3
  kind = $4
  findings = 0
  split("", seen)
  next
}
kind == "drift" {
  finding = substr($0, 1, length_of_line)
  if (seen[finding]++ || ++findings > most) next
  print kind "\t" finding
  next
}
{ print kind "\t" $0 }
