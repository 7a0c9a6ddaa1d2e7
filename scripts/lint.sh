#!/bin/bash
# npm run lint: types, style and shape, side by side.   lint.sh [COMMAND...]: and this command beside them, as "tests"
# What each part knows from its last run lies in node_modules/.cache. A part that passed is not run again for the same files.
# ESLint does not even look at a file again when a type that it imports has changed: CI, where there is no cache, has the last
# word.
set -Eeuo pipefail
cd "$(dirname "$0")/.."
. scripts/node-modules.sh
. scripts/side-by-side.sh
bash scripts/lint-programs.sh
PATH=$PWD/node_modules/.bin:$PATH
CACHE=node_modules/.cache
mkdir -p "$CACHE"

files() { # PATTERN...: those of the repository, and new ones
  git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
    if [ -f "$file" ]; then echo "$file"; fi
  done
}

# once PART COMMAND PATTERN...: runs it, unless it passed before with the same files.
once() {
  local passed=$CACHE/$1.passed digest
  digest=$({ node --version && files "${@:3}" | xargs sha256sum; } | sha256sum)
  if [ "$digest" != "$(cat "$passed" 2>/dev/null)" ]; then
    "$2"
    echo "$digest" >"$passed"
  fi
}

types() { tsc --noEmit --incremental --tsBuildInfoFile "$CACHE/tsbuildinfo"; }
rules() { eslint . --cache --cache-strategy content --cache-location "$CACHE/eslint/"; }
unused() { knip --no-progress; }
format() { prettier --check . --log-level warn --cache --cache-strategy content --cache-location "$CACHE/prettier/lint"; }

workflows() { bash scripts/lint-workflows.sh; }

# Every shell script, also those that are not called .sh; shfmt does not know busybox's.
shell() {
  local scripts digest
  mapfile -t scripts < <(files . | xargs shfmt -f)
  scripts+=(lab/kernel/init)
  shfmt -i 2 -ci -d "${scripts[@]}"
  # What a script sources is looked into, so all of them are looked at when one has changed.
  digest=$({ shellcheck --version && sha256sum .shellcheckrc "${scripts[@]}"; } | sha256sum)
  if [ "$digest" != "$(cat "$CACHE/shellcheck" 2>/dev/null)" ]; then
    printf '%s\n' "${scripts[@]}" | xargs -P 2 -n 24 shellcheck -x
    echo "$digest" >"$CACHE/shellcheck"
  fi
}

if [ $# -gt 0 ]; then start tests "$@"; fi
# Versions of packages are in package-lock.json.
start types once types types "*.ts" "*.json"
start eslint once eslint rules "*.ts" "*.mjs" "*.cjs" "*.json"
start prettier once prettier format .
start shell shell
start workflows once workflows workflows .github .woodpecker renovate.json "scripts/lint-workflows.*" scripts/actionlint
start knip once knip unused .
finish
