#!/usr/bin/env bash
# schemathesis.sh [examples an operation]: a server over a small simulated market, and schemathesis with all its checks against the
# API's own document. Fixed seed; 12 examples keep it short, `make fuzz ARGS=100` looks longer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
examples=${1:-12}
target=${CARGO_TARGET_DIR:-target}
rounds=$target/quick/rounds
venv=$target/schemathesis
case $venv in /*) ;; *) venv=$PWD/$venv ;; esac
version=4.32.5
work=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

if ! "$venv/bin/schemathesis" --version 2>/dev/null | grep -q "$version"; then
  python3 -m venv "$venv"
  if ! "$venv/bin/pip" install --quiet "schemathesis==$version"; then
    echo 'schemathesis: not installed and not to be had from PyPI: the API was not fuzzed' >&2
    exit 0
  fi
fi

record=$work/rounds.db
"$rounds" simulate --database "$record" --accounts 60 --seed 1 >/dev/null
"$rounds" plan --database "$record" >/dev/null
"$rounds" user --database "$record" create --email fuzz@rounds.example --name Fuzz --role admin >/dev/null
key=$("$rounds" key --database "$record" --email fuzz@rounds.example)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$rounds" serve --database "$record" --listen "127.0.0.1:$port" --requests-per-second 100000 --webhooks-to-loopback >"$work/log" 2>&1 &
server=$!

# One worker: two threads that read Python's syntax trees at once stop Python 3.11 with a recursion error of its own.
# The data directory of the examples stays here, so that a run depends on nothing but its seed.
runner=$venv/bin/schemathesis
cd "$work"
cat >schemathesis.toml <<'CONFIG'
[generation]
database = "none"

# A state that is not the present one is refused with 412: that is what If-Match is for.
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "412"]
# An address or headers too long to be read are refused by the server's own words.
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "412", "414", "415", "422", "428", "429", "431"]

# A rule of the access register is about a person, a site or a country: the member that is absent is no number to go on with.
[[operations]]
include-name = "GET /api/v1/access"
phases.stateful.enabled = false

# No schema says what a file of accounts is: a body that is none is answered with 422, in words.
[[operations]]
include-name = "POST /api/v1/imports"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422"]

[[operations]]
include-name = "POST /api/v1/fhir"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422"]
CONFIG
"$runner" run "http://127.0.0.1:$port/api/openapi.json" --wait-for-schema 30 \
  --header "Authorization: Bearer $key" --checks all --seed 2024 --max-examples "$examples" --workers 1 \
  --suppress-health-check all --continue-on-failure || {
  echo "--- the server's last words" >&2
  tail -20 "$work/log" >&2
  exit 1
}
