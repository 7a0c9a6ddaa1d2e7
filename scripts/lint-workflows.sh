#!/bin/bash
# Looks at the workflows of .github/ and .woodpecker/ and at renovate.json: their schemas, the workflows' style, and what an
# attacker could use. Its programs come from PyPI, at the versions in lint-workflows.txt, and are kept in a cache.
set -Eeuo pipefail
cd "$(dirname "$0")/.."

TOOLS=${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/homelab}/lint
digest=$(sha256sum <scripts/lint-workflows.txt)
if [ "$digest" != "$(cat "$TOOLS/complete" 2>/dev/null)" ]; then
  rm -rf "$TOOLS"
  python3 -m venv "$TOOLS"
  "$TOOLS/bin/pip" install --quiet --disable-pip-version-check --requirement scripts/lint-workflows.txt
  echo "$digest" >"$TOOLS/complete"
fi

"$TOOLS/bin/check-jsonschema" --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
"$TOOLS/bin/check-jsonschema" --quiet --builtin-schema vendor.woodpecker-ci .woodpecker/*.yaml
"$TOOLS/bin/check-jsonschema" --quiet --builtin-schema vendor.renovate renovate.json
"$TOOLS/bin/yamllint" --strict --config-data '{extends: default, rules: {document-start: disable, truthy: {check-keys: false}, line-length: {max: 130}, comments: {min-spaces-from-content: 1}}}' .github .woodpecker
"$TOOLS/bin/zizmor" --quiet --offline --no-progress .github
