#!/usr/bin/env bash
# Runs an sshd in the foreground: the machine's own, else that of Debian's package, which is unpacked
# under DIR and not installed, because installing it would start a server on port 22. Needs root.
#
#   start-sshd.sh CONFIG DIR
set -Eeuo pipefail

config=$1 dir=$2

main() {
  mkdir -p /run/sshd "$dir" # sshd wants that folder, empty
  if sshd=$(PATH="$PATH:/usr/sbin" command -v sshd); then
    exec "$sshd" -D -e -f "$config"
  fi
  [[ -x $dir/root/usr/sbin/sshd ]] || unpack
  find_parts
  # sshd wants a user of its name. It sees one, in a mount namespace of its own.
  { grep -v '^sshd:' /etc/passwd && echo 'sshd:x:65534:65534::/run/sshd:/usr/sbin/nologin'; } >"$dir/passwd"
  export LD_LIBRARY_PATH
  LD_LIBRARY_PATH=$(dirname "$(find "$dir/root" -name 'libwrap.so*' | head -n 1)")
  # shellcheck disable=SC2016 # for the inner shell to expand
  exec unshare --mount bash -c 'mount --bind "$1" /etc/passwd && exec "${@:2}"' - "$dir/passwd" \
    "$dir/root/usr/sbin/sshd" -D -e -f "$config" "${parts[@]}"
}

unpack() {
  local deb
  rm -rf "$dir/new"
  mkdir "$dir/new"
  (
    cd "$dir/new"
    download 2>/dev/null || { apt-get update -qq && download; }
    for deb in ./*.deb; do dpkg-deb -x "$deb" root; done
  ) >&2
  rm -rf "$dir/root"
  mv "$dir/new/root" "$dir/root"
}

download() { apt-get -qq -o APT::Sandbox::User=root download openssh-server libwrap0; }

# From OpenSSH 9.8 on sshd consists of several programs, and looks for the others under /usr/lib.
find_parts() {
  local name program
  parts=()
  for name in Session Auth; do
    program=$dir/root/usr/lib/openssh/sshd-${name,}
    [[ ! -x $program ]] || parts+=(-o "Sshd${name}Path=$program")
  done
}

main
