#!/usr/bin/env bash
# Runs one of the heavy tools of `tools/`, which have a lock of their own so that `npm install` stays small.
set -euo pipefail
cd "$(dirname "$0")/.."

tool=tools/node_modules/.bin/$1
if [ ! -x "$tool" ]; then
  echo "$1 is not installed: npm run tools:install" >&2
  exit 1
fi
shift
exec "$tool" "$@"
