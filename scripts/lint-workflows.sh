#!/bin/bash
# Looks at the workflows of .github/ and .woodpecker/ and at renovate.json: their schemas, the workflows' style and
# expressions, and what an attacker could use. Its programs come from PyPI, at the versions in lint-workflows.txt, and from the
# Go module proxy, at those in actionlint/go.sum, and are kept in a cache.
set -Eeuo pipefail
cd "$(dirname "$0")/.."

export CACHE_DIR=${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/homelab}
TOOLS=$CACHE_DIR/lint
mkdir -p "$CACHE_DIR"
exec 9>"$TOOLS.lock"
flock 9
digest=$(sha256sum <scripts/lint-workflows.txt)
if [ "$digest" != "$(cat "$TOOLS/complete" 2>/dev/null)" ]; then
  rm -rf "$TOOLS"
  python3 -m venv "$TOOLS"
  "$TOOLS/bin/pip" install --quiet --disable-pip-version-check --requirement scripts/lint-workflows.txt
  echo "$digest" >"$TOOLS/complete"
fi
exec 9>&-

# check SCHEMA FILE...: silent, unless there is something to say
check() {
  local said
  said=$("$TOOLS/bin/check-jsonschema" --builtin-schema "vendor.$1" "${@:2}" 2>&1) || {
    echo "$said"
    return 1
  }
}
check github-workflows .github/workflows/*.yml
check woodpecker-ci .woodpecker/*.yaml
check renovate renovate.json
"$TOOLS/bin/yamllint" --strict --config-data '{extends: default, rules: {document-start: disable, truthy: {check-keys: false}, line-length: {max: 130}, comments: {min-spaces-from-content: 1}}}' .github .woodpecker
"$TOOLS/bin/zizmor" --quiet --offline --no-progress .github
actionlint=$(bash lab/go-program.sh scripts/actionlint github.com/rhysd/actionlint/cmd/actionlint)
# It does not know yet what GitHub has since 2026-05: docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
"$actionlint" -ignore 'unexpected key "queue" for "concurrency" section' .github/workflows/*.yml
