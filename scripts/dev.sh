#!/usr/bin/env bash
# The service against a sandbox, both compiled and started again at each change of what they are made of. Ctrl-C ends all.
# The sandbox's account lives in its memory: a change of the sandbox empties it.
set -euo pipefail
cd "$(dirname "$0")/.."

sandbox_port=${STEPBACK_DEV_SANDBOX_PORT:-4566}
export AWS_ENDPOINT_URL="http://127.0.0.1:$sandbox_port" AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox
export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
export STEPBACK_DATA_DIR="${STEPBACK_DATA_DIR:-data/dev}"

trap 'trap - EXIT; kill $(jobs -p) 2>/dev/null || true; wait' EXIT
trap 'exit 0' INT TERM

npx --no-install tsc -b src
node node_modules/typescript/bin/tsc -b src --watch --preserveWatchOutput &
node --watch --watch-preserve-output dist/main.js sandbox --port "$sandbox_port" &
node --watch --watch-preserve-output dist/main.js serve &
wait
