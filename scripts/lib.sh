# shellcheck shell=bash
# Where the programs are that the tests need. Each function prints a path, or fails.

find_chromedriver() {
  local path
  for path in "${ROUNDS_CHROMEDRIVER:-}" "$(command -v chromedriver || true)" /usr/lib/chromium/chromedriver /usr/lib/chromium-browser/chromedriver; do
    if [ -n "$path" ] && [ -x "$path" ]; then
      printf '%s\n' "$path"
      return 0
    fi
  done
  return 1
}

find_chromium() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return 0
  done
  return 1
}

# The folder of initdb and pg_ctl, of the newest version installed.
find_postgres_bin() {
  local path
  if path=$(command -v initdb); then
    dirname "$path"
    return 0
  fi
  for path in $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -rV); do
    if [ -x "$path/initdb" ]; then
      printf '%s\n' "$path"
      return 0
    fi
  done
  return 1
}
