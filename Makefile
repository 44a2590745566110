# Everything here sets itself up: see `scripts/setup`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test test-full check bench screenshots sqlx clean

help:
	@echo 'make demo         the whole product on this machine, with people and lessons in it'
	@echo 'make test         every test'
	@echo 'make check        format, lints, types, licences'
	@echo 'make bench        the benchmarks, as a table and in bench/results'
	@echo 'make screenshots  every page and state into web-demo/screenshots'

demo:
	@scripts/setup demo
	@npm --prefix web-demo run --silent build
	@cargo build --locked --release --package lectern
	@scripts/demo

test:
	@node scripts/run-tests.mjs

check:
	@scripts/check

bench:
	@scripts/setup bench
	@bench/run

screenshots:
	@scripts/setup test
	@npm --prefix web-demo run --silent screenshots

# Writes the query metadata in .sqlx again, after a change of SQL.
sqlx:
	@scripts/sqlx

clean:
	@cargo clean
	@rm -rf web-demo/app/dist web-demo/packages/*/dist
