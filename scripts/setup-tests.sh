#!/usr/bin/env bash
# Installs what the tests need and the build does not: a browser with its driver, and PostgreSQL.
# Asks nothing when all is there. ROUNDS_CHROMEDRIVER (a path) or ROUNDS_TEST_POSTGRES (a URL) replace either.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

packages=()
if ! find_chromedriver >/dev/null || ! find_chromium >/dev/null; then
  packages+=(chromium chromium-driver)
fi
if [ -z "${ROUNDS_TEST_POSTGRES:-}" ] && ! find_postgres_bin >/dev/null; then
  packages+=(postgresql)
fi
[ "${#packages[@]}" -gt 0 ] || exit 0

cannot() {
  {
    echo "The tests need what is not installed here: ${packages[*]}."
    echo "$1"
    echo 'Or point to your own: ROUNDS_CHROMEDRIVER=<path of chromedriver>, ROUNDS_TEST_POSTGRES=postgres://user:password@host/database'
    echo '(that user must be allowed to create databases).'
  } >&2
  exit 1
}

command -v apt-get >/dev/null 2>&1 ||
  cannot 'This system has no apt-get: install Chromium, its chromedriver and PostgreSQL 15 or newer with its own package manager.'
if [ "$(id -u)" -eq 0 ]; then
  as_root=()
elif command -v sudo >/dev/null 2>&1; then
  as_root=(sudo)
else
  cannot "Neither root nor sudo: ask an administrator to run: apt-get install ${packages[*]}"
fi

echo "tests: installing ${packages[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=900)
"${apt[@]}" update || echo 'tests: package lists not refreshed, going on with the old ones' >&2
"${apt[@]}" install --yes --no-install-recommends "${packages[@]}" >/dev/null || cannot "apt-get could not install them (see above)."
