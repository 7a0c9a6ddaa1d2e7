# shellcheck shell=sh disable=SC2154 # variables of ../bootstrap.sh
# Installs Docker Engine if there is none.

DOCKER_URL=https://download.docker.com/linux/debian
# "Docker Release (CE deb) <docker@docker.com>", as https://docs.docker.com/engine/install/debian had it
DOCKER_KEY=9DC858229FC7DD38854AE2D88D81803C0EBFCD88

engine_version() { dockerd --version 2>/dev/null | sed -n 's/^Docker version \([^ ,]*\).*/\1/p'; }

# 29.0 to 29.2 refuse clients with an API below 1.44; later versions accept them again.
refuse_engine() {
  version=$(engine_version)
  case $version in
    29.[0-2] | 29.[0-2].* | 29.[0-2][-+~]*)
      die "Docker Engine $version refuses older clients: upgrade it to 29.3 or later (apt-get update; apt-get install docker-ce)"
      ;;
  esac
}

docker_engine() {
  if ! command -v dockerd >/dev/null; then
    if from_docker; then
      did "installed Docker Engine $(engine_version) from Docker's own packages"
    else
      forget_docker
      from_debian || die "no Docker Engine: neither Docker's packages nor Debian's docker.io could be installed"
      did "installed Docker Engine $(engine_version) from Debian's docker.io: Docker's own packages are not available"
    fi
    refuse_engine
  fi
  if ! systemctl --quiet is-active docker.service || ! systemctl --quiet is-enabled docker.service; then
    systemctl --quiet enable --now docker.service >&2 || die "Docker Engine does not start: journalctl -u docker says why"
    did "started Docker Engine"
  fi
}

# Debian's packages serve 64-bit Raspberry Pi OS, which is Debian, and the 32-bit one, which is built for ARMv6 but runs them.
from_docker() {
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  [ -n "$suite" ] || return 1
  apt_install ca-certificates curl gpg || return 1
  install -d -m 0755 /etc/apt/keyrings || return 1
  curl -fsSL --retry 2 --max-time 60 "$DOCKER_URL/gpg" -o "$bundle/docker.asc" || return 1
  primary=$(gpg --homedir "$bundle" --batch --show-keys --with-colons "$bundle/docker.asc" |
    awk -F: '$1 == "pub" { want = 1 } $1 == "fpr" && want { print $10; want = 0 }')
  if [ "$primary" != "$DOCKER_KEY" ]; then
    warn "the key at $DOCKER_URL/gpg is not Docker's known key, so it was not used"
    return 1
  fi
  install -m 0644 "$bundle/docker.asc" /etc/apt/keyrings/docker.asc || return 1
  printf '%s\n' "Types: deb" "URIs: $DOCKER_URL" "Suites: $suite" "Components: stable" \
    "Architectures: $(dpkg --print-architecture)" "Signed-By: /etc/apt/keyrings/docker.asc" \
    >/etc/apt/sources.list.d/docker.sources || return 1
  apt_install docker-ce docker-ce-cli containerd.io
}

# Since Debian 13 the client is a separate package, which docker.io only recommends.
from_debian() { apt_install docker.io && { command -v docker >&2 || apt_install docker-cli; }; }

# A broken source would make every later apt-get update fail.
forget_docker() { rm -f /etc/apt/sources.list.d/docker.sources /etc/apt/keyrings/docker.asc; }
