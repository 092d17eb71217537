# Two commands for people: `make demo` and `make test`. Everything else is a part of them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

CARGO ?= cargo
ARGS ?=
# One profile and one feature set (the whole workspace) for demo and tests, so that nothing is built twice.
PROFILE := quick
BUILD_FLAGS := --profile $(PROFILE) --workspace --locked
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
ROUNDS := $(TARGET_DIR)/$(PROFILE)/rounds
XTASK := $(CARGO) run --quiet --profile $(PROFILE) --locked --package xtask --

.PHONY: help demo test fuzz build assets check lint tidy fmt fmt-check bench deny clean tools

help: ## this list
	@echo 'Rounds. Two commands do: `make demo` and `make test`.'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo 'Options go into ARGS, for example: make demo ARGS="--port 8090"'

demo: build ## build, simulate a market, plan a week, serve it at http://127.0.0.1:8080
	@$(ROUNDS) demo $(ARGS)

test: tools assets ## set up what the tests need, then format check, lints, house rules and all tests
	@scripts/setup-tests.sh
	@$(MAKE) fmt-check lint
	@CARGO="$(CARGO)" scripts/test.sh $(BUILD_FLAGS) $(ARGS)
	@scripts/schemathesis.sh

fuzz: build ## a part of the tests by itself: schemathesis (from PyPI) over the API, all checks; ARGS=100 looks longer
	@scripts/schemathesis.sh $(ARGS)

build: tools assets ## the program and everything beside it, into target/quick
	@$(CARGO) build $(BUILD_FLAGS)

assets: tools ## scripts, styles and maps of the pages (npm and esbuild; only when their sources changed)
	@scripts/assets.sh

check: fmt-check lint tidy ## everything but the tests: format, lints, house rules

lint: tools assets ## clippy, warnings are errors
	@$(CARGO) clippy $(BUILD_FLAGS) --all-targets -- -D warnings

tidy: tools ## house rules (xtask tidy) and who may import whom (xtask depcheck)
	@$(XTASK) tidy depcheck

fmt: tools ## format all Rust sources
	@$(CARGO) fmt --all

fmt-check: tools
	@$(CARGO) fmt --all --check

bench: build ## a measurement: make bench ARGS="assign --customers 100000 --variant A --seed 2024"
	@$(ROUNDS) bench $(ARGS)

deny: tools ## licences, advisories and sources of all dependencies (needs cargo-deny and the network)
	@command -v cargo-deny >/dev/null || { echo 'cargo-deny is missing: cargo install --locked cargo-deny' >&2; exit 1; }
	@$(CARGO) deny --all-features check

clean: ## remove everything that was built
	@$(CARGO) clean
	@rm -rf crates/web/assets/dist crates/web/assets/node_modules

tools:
	@scripts/check-tools.sh
