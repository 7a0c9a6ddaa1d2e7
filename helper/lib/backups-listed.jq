# The copies of each declared set, from restic's list, the newest first; bytes since restic 0.17.
. as $all | {sets: [$setting[0].sets[] | "\(.kind)/\(.name)" as $tag | {name, kind, snapshots: [
  $all // [] | .[] | select(.tags // [] | index($tag)) | {id, time} + (if .summary.total_bytes_processed then {bytes: .summary.total_bytes_processed} else {} end)
] | sort_by(.time) | reverse}]}
