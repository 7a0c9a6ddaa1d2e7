# Of desired or applied states, all at once, since each start of jq takes a small host long: "=SETTING<tab>WHAT<tab>VALUE" for
# what settings ask of them (see `remembered`), then their files, a path and below it the lines of its text with a tab before
# each. $root is what each path on the host begins with.
(input_filename | split("/") | last | rtrimstr(".json")) as $setting |
  ((if has("omv") then ["omv", "true"] else empty end),
  (if has("hostname") then ["hostname", .hostname] else empty end),
  (.folders | arrays | .[] | objects | ["folder", .path]),
  (.files // {} | keys[] | ["path", $root + .]) |
  "=" + ([$setting] + . | join("\t"))),
  (.files // {} | to_entries[] | $root + .key, (.value[] | "\t" + .))
