# From restic's list of snapshots: "SECONDS<tab>ID<tab>TIME" for each with the tag $tag, SECONDS since 1970.
def offset: if . == "Z" then 0 else
  (if startswith("-") then -1 else 1 end) * ((.[1:3] | tonumber) * 3600 + (.[4:6] | tonumber) * 60) end;
def seconds: capture("^(?<whole>[^.Z+]{19})(?<part>\\.[0-9]+)?(?<zone>Z|[+-][0-9]{2}:[0-9]{2})$") |
  (.whole + "Z" | fromdateiso8601) + ("0" + (.part // "") | tonumber) - (.zone | offset);
(. // [])[] | select(.tags // [] | index($tag)) | "\(.time | seconds)\t\(.id)\t\(.time)"
