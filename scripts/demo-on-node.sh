#!/usr/bin/env bash
# The demo on other versions of Node: `scripts/demo-on-node.sh 22 24.18`. The npm package `node` brings each, with the headers
# that better-sqlite3 is compiled against (90 s a version). All of it in a copy, so that the tree keeps its own build.
set -euo pipefail
cd "$(dirname "$0")/.."

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -a package.json package-lock.json packages dist migrations openapi node_modules "$copy"
for version in "$@"; do
  npm install --silent --no-audit --no-fund --prefix "$copy/node-$version" "node@$version"
  headers=$(find "$copy/node-$version" -path '*/include/node/node_version.h' -print -quit)
  nodedir=${headers%/include/node/node_version.h}
  echo "Node $("$nodedir/bin/node" --version)"
  (
    cd "$copy"
    export PATH="$nodedir/bin:$PATH"
    npm rebuild --silent better-sqlite3 --build-from-source --nodedir="$nodedir"
    node dist/main.js demo
  )
done
