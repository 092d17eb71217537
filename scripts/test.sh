#!/usr/bin/env bash
# test.sh [cargo test options]: the scripts' tests, then all others with a throwaway PostgreSQL and the browser's driver at hand.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

ROUNDS_CHROMEDRIVER=$(find_chromedriver) || {
  echo 'chromedriver is not installed: run scripts/setup-tests.sh' >&2
  exit 1
}
export ROUNDS_CHROMEDRIVER
(cd crates/web/assets && npm run --silent --if-present test)
exec scripts/with-postgres.sh "${CARGO:-cargo}" test "$@"
