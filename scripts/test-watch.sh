#!/usr/bin/env bash
# Compiles at each change and then runs the tests that it can reach. Ctrl-C ends both.
set -euo pipefail
cd "$(dirname "$0")/.."

npx --no-install tsc -b --watch --preserveWatchOutput | while IFS= read -r line; do
  echo "$line"
  case $line in
    *"Found 0 errors"*) node build/scripts/affected-tests.js "$@" </dev/null || true ;;
  esac
done
