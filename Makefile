# Everything here sets itself up: see `scripts/setup`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test test-full check bench screenshots sqlx clean

help:
	@echo 'make demo         the whole product on this machine, with people and lessons in it'
	@echo 'make test         every test'
	@echo 'make test-full    every test in its long form'
	@echo 'make check        format, lints, types, documentation, licences'
	@echo 'make bench        the benchmarks, as a table and in bench/results'
	@echo 'make screenshots  every page and state into web-demo/screenshots'

demo:
	@scripts/setup demo
	@npm --prefix web-demo run --silent build
	@cargo build --locked --release --package lectern
	@exec scripts/demo

# `make check test` is one run with one closing line: the lints are a stage of it.
both := $(and $(filter check,$(MAKECMDGOALS)),$(filter test,$(MAKECMDGOALS)))

test:
	@node scripts/run-tests.mjs $(if $(both),--check)

# More seeds, more kills; hours rather than minutes.
test-full:
	@PROPTEST_CASES=20000 LECTERN_TEST_KILLS=100 SEEDS=5000 \
		LECTERN_ZONE_CASES=50 LECTERN_CONTRACT_SECONDS=150 LECTERN_CONTRACT_SEEDS=1,2,3,4 \
		node scripts/run-tests.mjs

check:
	@$(if $(both),:,scripts/setup test && scripts/check)

bench:
	@scripts/setup bench
	@bench/run

screenshots:
	@scripts/setup test
	@npm --prefix web-demo run --silent build
	@npm --prefix web-demo run --silent screenshots

# Writes the query metadata in .sqlx again, after a change of SQL.
sqlx:
	@scripts/sqlx

clean:
	@cargo clean
	@rm -rf web-demo/app/dist web-demo/packages/*/dist
