#!/bin/bash
# npm test: style and types, then every test; `npm run test:unit` leaves out what needs a lab. `npm run test:kernel` has tests of
# its own, in two virtual machines: emulated as they are, they take a quarter of an hour, so that only CI always runs them.
set -Eeuo pipefail
cd "$(dirname "$0")/.."
. scripts/node-modules.sh

if [ "${1:-}" = kernel ]; then
  exec bash lab/kernel/with-vms.sh npx jest --selectProjects kernel
fi
npm run --silent lint
if [ "${1:-}" = unit ]; then
  exec npx jest --selectProjects unit
fi
# A lab of the tests' own, beside the one that `npm run lab` makes.
bash lab/lab.sh up --no-deploy --instance test
export PULUMI_HOME=/var/lib/homelab-lab/pulumi CACHE_DIR=/var/lib/homelab-lab/cache
npx jest --selectProjects unit offline lab --runInBand
