#!/usr/bin/env bash
# Makes sure that there is a Pulumi engine: the vendor's where its download works, else one that
# offline/ builds from package registries. Says in one line which, and why; steps go to stderr.
#
#   PULUMI_HOME=DIR CACHE_DIR=DIR pulumi-engine.sh
#
# PULUMI_HOME gets the CLI and the plugins, where `npx pulumi` looks for them, no logs, and the file
# `engine.stamp`: its first line is "downloaded" or "built". CACHE_DIR is where they are made; what is
# left there makes the next time quick. Nothing else is written to.
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(dirname "$here")

main() {
  : "${PULUMI_HOME:?the folder that gets the engine}" "${CACHE_DIR:?the folder to make it in}"
  PULUMI_HOME=$(realpath -m "$PULUMI_HOME")
  CACHE_DIR=$(realpath -m "$CACHE_DIR")
  local reason
  read_versions
  without_logs
  if in_place; then
    note "in place ($(how_in_place))"
    return
  fi
  mkdir -p "$PULUMI_HOME" "$CACHE_DIR/engine"
  exec {lock}>"$CACHE_DIR/engine/lock"
  flock "$lock"
  if in_place; then # made by another run, while this one waited
    note "in place ($(how_in_place))"
    return
  fi
  if ! reason=$(why_no_download); then
    did "downloading it, as the vendor's download works here"
    if download "$CACHE_DIR/engine/download"; then
      install_from "$CACHE_DIR/engine/download" downloaded "$(inputs downloaded)"
      rm -rf "$CACHE_DIR/engine/download"
      return
    fi
    reason="it broke off"
  fi
  did "building it from package registries, as the vendor's download does not work here ($reason)"
  build "$CACHE_DIR/engine"
}

# As the scripts of machine/ say what they changed and what they found; this one runs without them, too.
did() { printf '+ Pulumi %s: %s\n' "$PULUMI_VERSION" "$*"; }
note() { printf -- '- Pulumi %s: %s\n' "$PULUMI_VERSION" "$*"; }

# The engine writes an encrypted log of each command, which takes 0.7 s of CPU of a preview. It has no switch for it, and does
# without where a file is in the place of the folder.
without_logs() {
  mkdir -p "$PULUMI_HOME"
  [ ! -d "$PULUMI_HOME/logs" ] || { # aside first: an engine that runs may still write there
    mv "$PULUMI_HOME/logs" "$PULUMI_HOME/logs.$$"
    rm -rf "$PULUMI_HOME/logs.$$"
  }
  : >>"$PULUMI_HOME/logs"
}

# From the lock file, the one place that has them exactly. Fills PULUMI_VERSION, DOCKER_VERSION, COMMAND_VERSION
# and TAILSCALE_VERSION, and the list `parts` of what an engine consists of.
read_versions() {
  local versions
  # shellcheck disable=SC2016 # JavaScript's ${}
  versions=$(node -p '
    const { packages } = JSON.parse(fs.readFileSync(process.argv[1], "utf8"));
    ["pulumi", "@pulumi/docker", "@pulumi/command", "@pulumi/tailscale"]
      .map((name) => packages[`node_modules/${name}`].version)
      .join(" ");
  ' "$repository/package-lock.json")
  read -r PULUMI_VERSION DOCKER_VERSION COMMAND_VERSION TAILSCALE_VERSION <<<"$versions"
  export PULUMI_VERSION DOCKER_VERSION COMMAND_VERSION TAILSCALE_VERSION
  parts=(
    "versions/$PULUMI_VERSION"
    "plugins/resource-docker-v$DOCKER_VERSION"
    "plugins/resource-command-v$COMMAND_VERSION"
    "plugins/resource-tailscale-v$TAILSCALE_VERSION"
  )
}

### What is there already

# Right if it was made from the same inputs and its files have the sizes that they were given.
in_place() {
  local how
  how=$(how_in_place 2>/dev/null) || return
  [[ $(<"$PULUMI_HOME/engine.stamp") == "$(stamp "$how" "$(inputs "$how")" 2>/dev/null)" ]]
}

# "downloaded" or "built"
how_in_place() { head -n 1 "$PULUMI_HOME/engine.stamp"; }

# stamp HOW INPUTS
stamp() {
  printf '%s\ninputs %s\nfiles %s\n' "$1" "$2" \
    "$(cd "$PULUMI_HOME" && find "${parts[@]}" -type f -printf '%p %s %m\n' | sort | digest)"
}

# What the result depends on: the versions, and for a built one all of offline/ but its README.
inputs() {
  {
    printf '%s\n' "${parts[@]}" "$(uname -m)"
    if [[ $1 == built ]]; then
      cd "$here/offline"
      find . -type f -not -path '*/node_modules/*' -not -name '*.md' -print0 | sort -z | xargs -0 sha256sum
    fi
  } | digest
}

digest() { sha256sum | cut -c 1-16; }

### Making it

# Succeeds, and says why, if one of the downloads does not answer within seconds. `npx pulumi`
# and, after GitHub, `pulumi plugin install` take them from these addresses.
why_no_download() {
  local cli_arch go_arch file
  case $(uname -m) in
    x86_64) cli_arch=x64 go_arch=amd64 ;;
    aarch64 | arm64) cli_arch=arm64 go_arch=arm64 ;;
    *)
      echo "there is none for $(uname -m)"
      return
      ;;
  esac
  for file in "sdk/pulumi-v$PULUMI_VERSION-linux-$cli_arch.tar.gz" \
    "plugins/pulumi-resource-docker-v$DOCKER_VERSION-linux-$go_arch.tar.gz" \
    "plugins/pulumi-resource-command-v$COMMAND_VERSION-linux-$go_arch.tar.gz" \
    "plugins/pulumi-resource-tailscale-v$TAILSCALE_VERSION-linux-$go_arch.tar.gz"; do
    probe "https://get.pulumi.com/releases/$file" && return
  done
  return 1
}

# Succeeds, and says why, if the address does not answer.
probe() {
  local answer
  if answer=$(curl -sSfIL -o /dev/null --connect-timeout 3 --max-time 6 "$1" 2>&1); then
    return 1
  fi
  sed -e 's/^curl: ([0-9]*) //' -e 1q <<<"$answer"
}

# Into a folder of its own first: an interrupted download must not look like an engine. Called in a
# condition, where a failing command does not end the script.
download() {
  rm -rf "$1" && mkdir -p "$1" &&
    vendors "$1" version &&
    vendors "$1" plugin install resource docker "v$DOCKER_VERSION" &&
    vendors "$1" plugin install resource command "v$COMMAND_VERSION" &&
    vendors "$1" plugin install resource tailscale "v$TAILSCALE_VERSION"
}

# vendors HOME ARGUMENT...: runs the CLI, which npm's `pulumi` downloads into HOME at its first call.
vendors() {
  (cd "$1" && PULUMI_HOME=$1 PULUMI_SKIP_UPDATE_CHECK=1 timeout --foreground 600 npx --yes "pulumi@$PULUMI_VERSION" "${@:2}") >&2
}

build() {
  local inputs result
  inputs=$(inputs built)
  result=$1/built/$inputs
  if [[ ! -d $result ]]; then
    bash "$here/offline/build.sh" "$1" "$1/result"
    rm -rf "$1/built" # one is kept
    mkdir "$1/built"
    mv "$1/result" "$result"
  fi
  install_from "$result" built "$inputs"
}

# install_from DIR HOW INPUTS: part by part, and the stamp last. An engine that runs keeps its open files.
install_from() {
  local part new=$PULUMI_HOME/.new
  rm -rf "$PULUMI_HOME/engine.stamp" "$new"
  mkdir "$new"
  for part in "${parts[@]}"; do
    mkdir -p "$PULUMI_HOME/${part%/*}"
    cp -a --reflink=auto "$1/$part" "$new/"
    rm -rf "${PULUMI_HOME:?}/$part"
    mv "$new/${part##*/}" "$PULUMI_HOME/$part"
  done
  stamp "$2" "$3" >"$new/engine.stamp"
  mv "$new/engine.stamp" "$PULUMI_HOME/"
  rmdir "$new"
}

main "$@"
