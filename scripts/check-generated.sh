#!/usr/bin/env bash
# Writes every generated file again and fails when one of them changes: the schema or the table was edited without them.
set -euo pipefail
cd "$(dirname "$0")/.."

generated=(openapi packages/client/src migrations docs/errors.md)
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
cp -R --parents "${generated[@]}" "$before"

npm run --silent openapi
npm run --silent migrations >/dev/null
npm run --silent docs:errors

for path in "${generated[@]}"; do
  diff -r "$before/$path" "$path" || { echo "$path is stale: commit what this script has just written." >&2; exit 1; }
done
echo "All generated files are current."
