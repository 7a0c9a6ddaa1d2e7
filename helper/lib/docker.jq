# The keys of a daemon.json that $wanted sets, and how the engine runs: by that file, or by $info, Docker's own answer.
def engine($restores; $logs): "engine: live-restore \($restores), logs by \($logs)";
(($wanted[0].daemon + ($wanted[0].optional // {}) + ($wanted[0].defaults // {})) as $ours |
  to_entries[] | select(.key | in($ours)) | "daemon.json: \(.key): \(.value | tojson)"),
if $ARGS.named | has("info") | not then engine(."live-restore" // false; ."log-driver")
else $ARGS.named.info[0] | if . == null then "engine: does not answer" else engine(.LiveRestoreEnabled; .LoggingDriver) end end
