#!/bin/bash
# npm test               style and types, then every test but the kernel's
# npm test -- NAME [OPTION...]   only the files whose names begin so: of the lab's tests, or else offline's, or else the unit tests
# npm run test:unit      what needs no lab, with style and types
# npm run test:unit -- PATTERN, or --watch, or whatever else jest takes: the tests alone
# npm run test:soak -- [--minutes N] [--seed N]   random attacks on a lab of its own, 30 minutes; never part of npm test
# npm run test:node       the unit tests on the versions of Node that Pulumi asks for; npm test runs those that load modules
# npm run test:kernel    NFS as the kernel has it, in two virtual machines; emulated as they are, only CI always runs them
set -Eeuo pipefail
cd "$(dirname "$0")/.."
. scripts/node-modules.sh

LABS=(test test2) # of the tests' own, beside the one that `npm run lab` makes; test/lab/homelab.ts says the same
export PULUMI_HOME=/var/lib/homelab-lab/pulumi CACHE_DIR=/var/lib/homelab-lab/cache
# Programs in Go collect no garbage before they have a gigabyte of it: a tenth of what a preview costs, and of what builds do
export GOGC=off GOMEMLIMIT=1GiB

# bring_up INSTANCE...: in the background, at the same time; tests that need a lab wait for it (test/lab/ready.ts)
bring_up() {
  local instance
  LABS_COMING_UP=$(mktemp -d)
  export LABS_COMING_UP
  trap 'stop_bringing_up; rm -rf "$LABS_COMING_UP"' EXIT
  for instance in "$@"; do
    (
      code=0
      bash lab/lab.sh up --no-deploy --instance "$instance" >"$LABS_COMING_UP/$instance.log" 2>&1 </dev/null || code=$?
      echo "$code" >"$LABS_COMING_UP/$instance.new"
      mv "$LABS_COMING_UP/$instance.new" "$LABS_COMING_UP/$instance"
    ) &
  done
}
stop_bringing_up() { # when the tests have ended before
  local pid
  for pid in $(jobs -rp); do
    pkill -TERM -P "$pid" || true
    wait "$pid" || true
  done
}
jest_on() { # PROJECT... [OPTION...]
  npx jest --maxWorkers="${#LABS[@]}" --selectProjects "$@"
}

named() { # NAME FOLDER...: fills `files`
  mapfile -t files < <(find "${@:2}" -name "$1*.test.ts" | sort)
  [ "${#files[@]}" -gt 0 ]
}

case ${1:-} in
  "")
    bring_up "${LABS[@]}"
    nice bash lab/tailnet/build.sh >/dev/null 2>&1 & # the first test that needs it waits for it, and says what went wrong
    npm run --silent lint
    bash scripts/test-node.sh --start
    jest_on unit oracle offline lab
    ;;
  kernel) exec bash lab/kernel/with-vms.sh npx jest --selectProjects kernel ;;
  soak)
    shift
    while [ $# -gt 0 ]; do
      case $1 in
        --minutes) export SOAK_MINUTES=$2 ;;
        --seed) export SOAK_SEED=$2 ;;
        *)
          echo "npm run test:soak -- [--minutes N] [--seed N]" >&2
          exit 1
          ;;
      esac
      shift 2
    done
    export LAB_INSTANCE=soak
    bash lab/lab.sh up --no-deploy --instance soak
    trap 'bash lab/lab.sh down --instance soak' EXIT
    npx jest --selectProjects soak --runInBand
    ;;
  unit)
    shift
    if [ $# -gt 0 ]; then
      exec npx jest "$@" --selectProjects unit
    fi
    exec bash scripts/lint.sh jest --selectProjects unit
    ;;
  *)
    if named "$1" test/lab; then
      bring_up "${LABS[@]:0:${#files[@]}}"
      jest_on lab "${@:2}" --runTestsByPath "${files[@]}"
    elif [ "$1" = compose-oracle ]; then
      jest_on oracle "${@:2}"
    elif named "$1" test/offline; then
      bash lab/pulumi-engine.sh
      jest_on offline "${@:2}" --runTestsByPath "${files[@]}"
    elif named "$1" test/{model,components,hosts,tailnet,scripts,helper,lint}; then
      jest_on unit "${@:2}" --runTestsByPath "${files[@]}"
    else
      echo "There is no test/*/$1*.test.ts" >&2
      exit 1
    fi
    ;;
esac
