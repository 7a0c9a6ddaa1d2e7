# Findings about copies, from records on standard input: "CODE<tab>ITEM<tab>WORDS" a line.
def DAY: 86400;
def PERIODS: {daily: DAY, weekly: (7 * DAY), monthly: (31 * DAY)};
# How old something is, in words, or nothing if it is not older than $most. What is of the future was written by another clock.
def too_old($at; $since; $most; $what): ($at // $since) as $from | (now - $from) as $age |
  if $age < -60 then "\($what) is dated after this host's clock: timedatectl says whether that is right"
  elif $age <= $most then empty
  elif $at == null then "\($what) is missing, although it is asked for since \($age / DAY | floor) days"
  else "\($what) is \($age / DAY | floor) days old" end;
[inputs] as $records |
$setting[0].sets[] | "\(.kind)/\(.name)" as $item |
  ([$records[] | select("\(.kind)/\(.set)" == $item)][0] // {since: 0}) |
  (select(.at != null and (.ok | not)) | "backup-failed\t\($item)\t\(.words)"),
  (too_old(.doneAt; .since; 2 * DAY; "its last copy") | "backup-stale\t\($item)\t\(.)"),
  (select(.drill != null and (.drill.ok | not)) | "drill-failed\t\($item)\t\(.drill.words)"),
  (too_old(.drill.at; .since; 3 * PERIODS[$setting[0].drill]; "the last proof that it can be restored") | "drill-stale\t\($item)\t\(.)")
