# shellcheck shell=bash
# Containers of the lab's own Docker Engine, recorded when created. Sourced by hosts.sh and registries.sh.

address6() { printf '%s%s\n' "${LAN6%/64}" "${1##*.}"; } # the IPv6 address that belongs to an IPv4 one

container() { # NAME ADDRESS ARGUMENTS...: makes sure that it exists and runs; prints what it did
  local name=$1 address=$2 state id plugged=""
  shift 2
  unbroken
  state=$(dk inspect -f '{{.State.Running}} {{.State.Paused}} {{.Id}}' "$name" 2>/dev/null || true)
  if [ -z "$state" ]; then
    id=$(dk create --name "$name" --hostname "$name" --restart unless-stopped --network lab --ip "$address" --ip6 "$(address6 "$address")" "$@")
    record "container $id"
    dk start "$name" >/dev/null
    echo made
    breakable
    return
  fi
  record "container ${state##* }"
  if [ -z "$(dk inspect -f '{{with .NetworkSettings.Networks.lab}}there{{end}}' "$name")" ]; then
    dk network connect --ip "$address" --ip6 "$(address6 "$address")" lab "$name"
    plugged=", plugged in"
  fi
  case $state in
    "true true"*) dk unpause "$name" >/dev/null && echo "unpaused$plugged" ;;
    true*) echo "was up$plugged" ;;
    *) dk start "$name" >/dev/null && echo "started$plugged" ;;
  esac
  breakable
}

remove_container() { # NAME: with its volumes
  local id
  id=$(dk inspect -f '{{.Id}}' "$1" 2>/dev/null) || return 0
  dk rm -fv "$id" >/dev/null
  forget "container $id"
}
