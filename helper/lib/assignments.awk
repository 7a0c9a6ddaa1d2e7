# assignments.awk -v ours="FILE FILE" FILE FILE [TEXT]: "KEY = VALUE" for each key that our files assign, with the value of
# the last assignment of all. Keys as in sysctl.d(5): with a leading "-", and "/" for ".".
BEGIN {
  n = split(ours, name, " ")
  for (i = 1; i <= n; i++) is_ours[name[i]]
}
/^[[:space:]]*[#;\[]/ || !/=/ { next }
{
  at = index($0, "=")
  key = substr($0, 1, at - 1)
  text = substr($0, at + 1)
  gsub(/^[[:space:]]*-?|[[:space:]]+$/, "", key)
  gsub(/^[[:space:]]+|[[:space:]]+$/, "", text)
  if (match(key, /[.\/]/) && substr(key, RSTART, 1) == "/") gsub(/\//, ".", key)
  if (FILENAME in is_ours && !(key in value)) keys[++count] = key
  if (key in value || FILENAME in is_ours) value[key] = text
}
END { for (i = 1; i <= count; i++) print keys[i] " = " value[keys[i]] }
