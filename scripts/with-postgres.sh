#!/usr/bin/env bash
# with-postgres.sh COMMAND…: runs a command beside a throwaway PostgreSQL cluster on a free loopback port; its URL is in
# ROUNDS_TEST_POSTGRES. The cluster is stopped and deleted at the end, however the command ends. A URL already set is used as it is.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [ -n "${ROUNDS_TEST_POSTGRES:-}" ]; then
  exec "$@"
fi

bin=$(find_postgres_bin) || {
  echo 'PostgreSQL is not installed: run scripts/setup-tests.sh, or set ROUNDS_TEST_POSTGRES to a server of yours.' >&2
  exit 1
}

# PostgreSQL refuses to run as root: there, its own user runs it.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    su postgres -s /bin/bash -c "$(printf '%q ' "$@")"
  else
    "$@"
  fi
}

home=$(mktemp -d "${TMPDIR:-/tmp}/rounds-postgres.XXXXXX")
stop() {
  local code=$?
  trap - EXIT
  as_postgres "$bin/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$home"
  exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

password=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
printf '%s\n' "$password" >"$home/password"
if [ "$(id -u)" -eq 0 ]; then
  chown -R postgres "$home"
fi
cd "$home"
as_postgres "$bin/initdb" -D "$home/data" -U rounds --pwfile="$home/password" --auth=scram-sha-256 \
  --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$home/initdb.log" 2>&1 || {
  cat "$home/initdb.log" >&2
  exit 1
}
cat >>"$home/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$home'
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
CONF

# Another program may take the free port between the question and the start: ask again.
for attempt in 1 2 3 4 5; do
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  if as_postgres "$bin/pg_ctl" -D "$home/data" -l "$home/server.log" -o "-p $port" -w -t 60 start >/dev/null; then
    break
  elif [ "$attempt" -eq 5 ]; then
    cat "$home/server.log" >&2
    exit 1
  fi
done

cd "$OLDPWD"
export ROUNDS_TEST_POSTGRES="postgres://rounds:$password@127.0.0.1:$port/postgres"
"$@"
