#!/usr/bin/env bash
# Builds the pages' scripts and styles into crates/web/assets/dist, only when a source changed since the last build.
# The contract with crates/web/assets: a package.json with a `build` script that writes dist/, and a package-lock.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../crates/web/assets"

stamp=node_modules/.rounds-built

# True when dist/ is there, not empty, and no source is newer than the last build.
fresh() {
  [ -f "$stamp" ] && [ -d dist ] && [ -n "$(ls -A dist)" ] || return 1
  [ -z "$(find . \( -name node_modules -o -name dist \) -prune -o \( -type f -o -type d \) -newer "$stamp" ! -path . -print -quit)" ]
}

if fresh; then
  exit 0
fi
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo 'assets: npm ci'
  npm ci --no-audit --no-fund --loglevel=error
fi
echo 'assets: npm run build'
npm run --silent build
touch "$stamp"
