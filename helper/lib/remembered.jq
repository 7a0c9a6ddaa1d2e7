# What settings ask of the states that were applied, all at once, since each start of jq takes a small host long:
# SETTING<tab>WHAT<tab>VALUE. $root is what each path begins with.
(input_filename | split("/") | last | rtrimstr(".json")) as $setting |
  (if has("omv") then ["omv", "true"] else empty end),
  (if has("hostname") then ["hostname", .hostname] else empty end),
  (.folders // [] | .[] | ["folder", .path]),
  (.files // {} | keys[] | ["path", $root + .]) |
  [$setting] + . | join("\t")
