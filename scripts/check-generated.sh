#!/usr/bin/env bash
# Writes every generated file again and fails if one changes: its source was edited without it.
set -euo pipefail
cd "$(dirname "$0")/.."

generated=(openapi packages/client/src migrations docs/reference)
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
cp -R --parents "${generated[@]}" "$before"

npm run --silent openapi
# drizzle-kit exits with 0 even if it could not read the schema.
migrations=$(npm run --silent migrations 2>&1)
grep -qE 'No schema changes|Your SQL migration' <<<"$migrations" || { echo "$migrations" >&2; exit 1; }
npm run --silent docs

for path in "${generated[@]}"; do
  diff -r "$before/$path" "$path" || { echo "$path was stale. It is written now: commit it." >&2; exit 1; }
done
echo "All generated files are current."
