# The probe's report, from lines of $said (see probe.sh) and the output of Docker's API and ss.
# Only keys that both sides have are compared, and all empty values are equal: an upgrade of Docker adds and drops keys.
def plain: if . == "" or . == 0 or . == false or . == [] or . == {} then null else . end;
def differing($was; $is): [$was | keys[] | select($is[.] != null and ($was[.] | plain) != ($is[.] | plain))];
def byname: map({key: .name, value: .}) | from_entries;
def standing($record; $id): if $record == null then "none" elif $record.id == $id then "own" else "other" end;
def removed($records; $there): ($there | map(.name)) as $names | [$records[] | select(.name as $it | $names | index($it) | not)];
def lines: split("\n") | map(select(. != ""));
# Seconds since 1970, with Docker's fractions; null if it is no time.
def epoch($time): try ($time | capture("^(?<whole>[^.Z]+)(?<part>\\.[0-9]+)?Z$") |
  (.whole + "Z" | fromdateiso8601) + ("0" + (.part // "") | tonumber)) catch null;
# A time in the future means that the clock was set since: the age is then unknown.
def seconds_since($epoch): if $epoch == null or $epoch > now then null else now - $epoch | floor end;
def objects_of: lines | map(fromjson? | select(type == "object")); # skips a torn line

def settings: reduce ($said | lines[] | split("\t")) as $it ({settings: {}, foreign: []};
  ($it[1:] | join("\t")) as $words |
  if $it[0] == "setting" then .name = $it[1] |
    .settings[.name] = {state: $it[2], digest: (if $it[3] == "" then null else $it[3] end), drift: []}
  elif $it[0] == "drift" then .settings[.name].drift += [{code: $it[1], item: $it[2], words: ($it[3:] | join("\t"))}]
  else .foreign += [$words] end) | del(.name);

# The architecture of image $id, as in arm64 or arm/v7, if it differs from this host's; else null.
def foreign($id): [$architectures | lines[] | fromjson?] as $known |
  ($known | map(select(type == "object" and has("Arch")))[0].Arch) as $engine |
  $known | map(select(type == "object" and .Id == $id))[0] |
  if . == null or $engine == null then null
  elif .Architecture != $engine then .Architecture
  elif $known[0] == "armv6l" and (.Variant | . != null and . != "" and . != "v6" and . != "v5") then .Architecture + "/" + .Variant
  else null end;

def engine:
  [$inspected | objects_of[] | select(.Id != null)] as $inspected |
  ($made | objects_of) as $made | ($networks_made | objects_of) as $networks_made |
  ($made | byname) as $record | ($networks_made | byname) as $network_record |
  [$inspected[] | (.Name | ltrimstr("/")) as $name | $record[$name] as $was | standing($was; .Id) as $standing | {
    name: $name,
    id: .Id,
    service: (.Config.Labels[$ours] // ""),
    state: .State.Status,
    exitCode: .State.ExitCode,
    health: (.State.Health.Status // ""),
    restarts: (.RestartCount // 0),
    builtFor: foreign(.Image),
    stale: (.State.Pid as $pid | [$stale_binds | lines[] | capture("^(?<kind>\\S+) (?<pid>[0-9]+) (?<path>.+)$") |
      select($pid > 0 and (.pid | tonumber) == $pid) | {kind, path}]),
    startedAt: (if .State.Running == true then epoch(.State.StartedAt) else null end),
    upSeconds: (if .State.Running == true then seconds_since(epoch(.State.StartedAt)) else null end),
    record: $standing,
    changed: (if $standing != "own" then [] else
      (differing($was.HostConfig; .HostConfig) | map("HostConfig." + .)) +
      (if ($was.networks | sort) == (.NetworkSettings.Networks | keys) then [] else ["Networks"] end) end),
    ports: ([.NetworkSettings.Ports // {} | to_entries[] | (.key | split("/")[1]) as $protocol |
      .value[]? | .HostPort + "/" + $protocol] | unique)
  }] as $containers |
  [$networks | fromjson? | arrays[] | {name: .Name, id: .Id} | . + {record: standing($network_record[.name]; .id)}] as $known | {
    containers: ($containers + (removed($made; $containers) | map({
      name, id, service: .name, state: "removed", exitCode: 0, health: "", record: "own", changed: [], ports: []}))),
    networks: ($known + (removed($networks_made; $known) | map({name, id, record: "own", removed: true}))),
    images: [$images | fromjson? | arrays[] | (.RepoTags // [])[], (.RepoDigests // [])[]],
    volumes: [$volumes | fromjson? | objects | (.Volumes // [])[].Name]
  };

# The record of each set that is copied; one that has none was never tried.
def records: ($backups | objects_of) as $all | [$all[0] // {} | .sets // [] | .[] | . as $set |
  {set: .name, kind, ok: false, at: null, doneAt: null, bytes: null, snapshot: null, words: "", drill: null} +
  ([$all[1:][] | select(.kind == $set.kind and .set == $set.name)][0] // {} | del(.since))];

{protocol: $protocol} + settings + (if $engine then engine else {containers: null, networks: null, images: null, volumes: null} end) + {
  declared: (if $declared == "" then null else $declared | lines end),
  files: ($service_files | lines | map(capture("^(?<state>\\S+) (?<path>.+)$"))),
  rolledBack: ($rolled_back | lines | map(capture("/(?<name>[^/:]+):(?<at>[0-9]+) (?<how>back|held)$") | .at |= tonumber)),
  listening: ([$listening | lines[] | split("\t")[0]] | unique),
  holders: [$listening | lines[] | split("\t") | select(length > 3) |
    {port: .[0], address: .[1], program: .[2], container: .[3]}],
  imageRoom: ($room | lines[0] | if . == null then null else tonumber end),
  nvidia: ($nvidia | lines),
  caller: ($caller | lines[0]),
  backups: records,
  # containers that a backup or a restore has stopped, and starts again
  resting: ($resting | lines)
}
