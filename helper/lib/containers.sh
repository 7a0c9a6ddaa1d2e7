# shellcheck shell=sh
# The probe's look at Docker: prints one JSON object with the containers, our networks, and the ports that are in use.
# Nothing is changed. Sourced by the helper, which is root.

LABEL=homelab.service
DEPLOY=deploy
DOCKER_SECONDS=10

engine_report() {
  if ids=$(timeout $DOCKER_SECONDS docker ps --all --quiet --no-trunc 2>/dev/null) &&
    networks=$(timeout $DOCKER_SECONDS docker network ls --no-trunc --filter "label=$LABEL" \
      --format '{"name":{{json .Name}},"id":{{json .ID}}}' 2>/dev/null); then
    {
      # One that goes away meanwhile is left out. Without IDs, inspect would complain.
      # shellcheck disable=SC2086
      { [ -z "$ids" ] || timeout $DOCKER_SECONDS docker inspect --type container $ids 2>/dev/null || true; } |
        jq -c 'if type == "array" then . else [] end' | grep . || echo '[]'
      records containers
      printf '%s\n' "$networks" | jq -cs .
      records networks
      listening
    } | jq -cs --arg ours "$LABEL" "$CONTAINERS_JQ"
  else
    listening | jq -c '{containers: null, networks: null, listening: .}'
  fi
}

# What was made, as its maker wrote it down (see bin/container-created). Read with the rights of the account that wrote
# it, so that a link there shows nothing that this account could not see; a torn record is no record.
records() { # KIND
  home=$(getent passwd $DEPLOY | cut -d: -f6)
  { [ -z "$home" ] ||
    setpriv --reuid $DEPLOY --regid $DEPLOY --clear-groups -- \
      find "$home/.homelab/$1" -maxdepth 1 -type f -name '*.json' -size -64k -exec cat {} + 2>/dev/null || true; } |
    jq -cRn '[inputs | fromjson? | select(type == "object")]'
}

# Ports that something listens on, as in "22/tcp".
listening() {
  ss -Hlntu | awk '{ n = split($5, part, ":"); print part[n] "/" $1 }' | sort -u | jq -cRn '[inputs]'
}

# Only what both have is compared, and empty is empty: an upgrade of Docker adds and drops keys, and no hand does.
# shellcheck disable=SC2016 # jq's own variables
CONTAINERS_JQ='
def plain: if . == "" or . == 0 or . == false or . == [] or . == {} then null else . end;
def differing($was; $is): [$was | keys[] | select($is[.] != null and ($was[.] | plain) != ($is[.] | plain))];
def byname: map({key: .name, value: .}) | from_entries;
def standing($record; $id): if $record == null then "none" elif $record.id == $id then "own" else "other" end;
def removed($records; $there): ($there | map(.name)) as $names | [$records[] | select(.name as $it | $names | index($it) | not)];

.[0] as $inspected | .[1] as $made | .[2] as $networks | .[3] as $networksMade | .[4] as $listening |
($made | byname) as $record | ($networksMade | byname) as $networkRecord |
[$inspected[] | (.Name | ltrimstr("/")) as $name | $record[$name] as $was | standing($was; .Id) as $standing | {
  name: $name,
  id: .Id,
  service: (.Config.Labels[$ours] // ""),
  state: .State.Status,
  exitCode: .State.ExitCode,
  health: (.State.Health.Status // ""),
  record: $standing,
  changed: (if $standing != "own" then [] else
    (differing($was.HostConfig; .HostConfig) | map("HostConfig." + .)) +
    (if ($was.networks | sort) == (.NetworkSettings.Networks | keys) then [] else ["Networks"] end) end),
  ports: ([.NetworkSettings.Ports // {} | to_entries[] | (.key | split("/")[1]) as $protocol |
    .value[]? | .HostPort + "/" + $protocol] | unique)
}] as $containers |
[$networks[] | . + {record: standing($networkRecord[.name]; .id)}] as $known |
{
  containers: ($containers + (removed($made; $containers) | map({
    name, id, service: .name, state: "removed", exitCode: 0, health: "", record: "own", changed: [], ports: []}))),
  networks: ($known + (removed($networksMade; $known) | map({name, id, record: "own", removed: true}))),
  listening: $listening
}'
