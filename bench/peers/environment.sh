#!/usr/bin/env bash
# Ansible and pyinfra from PyPI, in an environment of their own: environment.sh FOLDER
set -Eeuo pipefail

packages=(ansible==12.3.0 pyinfra==3.10.0 docker==7.1.0 requests==2.32.5)
stamp=$1/packages

if [[ -x $1/bin/ansible-playbook && $(cat "$stamp" 2>/dev/null) == "${packages[*]}" ]]; then exit; fi
rm -rf "$1"
python3 -m venv "$1"
"$1/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
printf '%s' "${packages[*]}" >"$stamp"
