#!/usr/bin/env bash
# Which lines and branches of `src` the tests of `npm test` run. Fails below the floor of `.c8rc.json`, which is for the
# planner, the domain, the kinds and the jobs together. The whole report is in `coverage/`.
set -euo pipefail
cd "$(dirname "$0")/.."

npm run --silent build:tests
rm -rf coverage
status=0
NODE_V8_COVERAGE=coverage/raw npx --no-install tap "$@" || status=1
npx --no-install c8 report || status=1
exit "$status"
