#!/bin/bash
# Installs the Debian packages that lint and the unit tests need and this machine lacks, after saying which and what for.
set -Eeuo pipefail

missing=()
want() { # PACKAGE REASON
  command -v "$1" >/dev/null && return
  missing+=("$1")
  echo "missing: $1, $2"
}
want shellcheck "finds mistakes in shell scripts"
want shfmt "formats shell scripts"
want restic "copies data, in the tests of the helper"
if ! python3 -c 'import ensurepip' 2>/dev/null; then
  missing+=(python3-venv)
  echo "missing: python3-venv, for the programs that look at workflows"
fi
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "install them: this is not a Debian where npm run lint could" >&2
  exit 1
fi
root=()
if [ "$(id -u)" != 0 ]; then root=(sudo); fi
echo "installing with apt-get: ${missing[*]}"
"${root[@]}" bash "$(dirname "$0")/apt-install.sh" "${missing[@]}" >/dev/null
