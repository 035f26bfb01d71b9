#!/usr/bin/env bash
# Runs the property tests with a fresh seed, or with the given one: `npm run test:random -- 42`. The seed is printed; one
# that fails becomes a test.
set -euo pipefail
cd "$(dirname "$0")/.."

npm run --silent build:tests
export STEPBACK_TEST_SEED=${1:-$((RANDOM * 32768 + RANDOM))}
echo "STEPBACK_TEST_SEED=$STEPBACK_TEST_SEED"
mapfile -t sources < <(grep -rlE 'support/seeded\.ts"|from "\./seeded\.ts"' test --include='*.ts')
tests=()
for source in "${sources[@]}"; do
  case $source in
    *.test.ts) tests+=("build/${source%.ts}.js") ;;
    test/store/*) tests+=(build/test/store/sqlite-store.test.js) ;;
    test/support/*) tests+=(build/test/domain/stack/order.test.js) ;;
  esac
done
mapfile -t tests < <(printf '%s\n' "${tests[@]}" | sort -u)
npx --no-install tap "${tests[@]}"
