#!/usr/bin/env bash
# Checks that the tools to build with are here and new enough. Says nothing when they are; otherwise says what to install.
set -euo pipefail

missing=0
say() {
  printf 'missing: %s\n' "$1" >&2
  missing=1
}

# at_least HAVE WANT: true when version HAVE is WANT or newer.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# tool NAME REMEDY: the program must be on the path.
tool() {
  command -v "$1" >/dev/null 2>&1 || say "$1. $2"
}

if command -v rustc >/dev/null 2>&1; then
  have=$(rustc --version | awk '{ print $2 }')
  at_least "${have%%-*}" 1.94.0 || say "Rust 1.94 or newer (found $have). Run: rustup update stable"
else
  say "Rust 1.94 or newer (a distribution's own is often too old). Install it by rustup: https://rustup.rs"
fi
tool cargo "It comes with Rust by rustup: https://rustup.rs"

if command -v node >/dev/null 2>&1; then
  have=$(node --version)
  at_least "${have#v}" 20.0.0 || say "Node 20 or newer (found $have). See https://nodejs.org"
else
  say "Node 20 or newer. See https://nodejs.org"
fi
tool npm "It comes with Node: https://nodejs.org"
tool cc "Install a C compiler (Debian, Ubuntu: apt-get install build-essential)"
tool python3 "Install Python 3 (Debian, Ubuntu: apt-get install python3)"
tool git "Install git (Debian, Ubuntu: apt-get install git)"

if [ "$missing" -ne 0 ]; then
  echo 'Install what is missing, then run make again.' >&2
  exit 1
fi
