# From desired or applied states, all at once, since a small host takes long to start jq: "=SETTING<tab>WHAT<tab>VALUE" for
# the values that settings use (see `remembered`), then the files: a path, and below it its lines, each after a tab. $root
# is the prefix of every path on the host.
(input_filename | split("/") | last | rtrimstr(".json")) as $setting |
  ((if has("omv") then ["omv", "true"] else empty end),
  (if has("hostname") then ["hostname", .hostname] else empty end),
  (.folders | arrays | .[] | objects | ["folder", .path]),
  (.files // {} | keys[] | ["path", $root + .]) |
  "=" + ([$setting] + . | join("\t"))),
  (.files // {} | to_entries[] | $root + .key, (.value[] | "\t" + .))
