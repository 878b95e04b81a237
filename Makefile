# Needs make and Python 3.11 or newer; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
# Where things are, from the one module that knows.
SETTINGS = eval "$$($(BIN)/python -m ingest.settings)"
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install demo dev test test-all parity lint bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/installed ## Set up .venv with what the warehouse needs

demo: install ## Simulate a week, load, build, test, publish and show the marts (under a minute)
	@$(BIN)/audience-vault demo

dev: install ## Open Dagster with the whole graph
	@$(SETTINGS) && $(BIN)/dagster dev

test: .venv/installed-dev ## Run the fast tests
	@$(BIN)/pytest -n 2 --dist loadfile -m "not slow"

test-all: .venv/installed-dev ## Run every test
	@$(BIN)/pytest -n 2 --dist loadfile

parity: .venv/installed-dev ## Compare every table of DuckDB and PostgreSQL, row by row, after the same loads
	@$(BIN)/python -m tests.acceptance.parity

lint: .venv/installed-dev ## Check style, layers, descriptions, deprecations and the Dagster graph
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/dbt --quiet parse --no-partial-parse
	$(BIN)/dbt-bouncer
	AUDIENCE_VAULT_DUCKDB=:memory: $(BIN)/sqlfluff lint --disable-progress-bar models tests/singular
	$(SETTINGS) && $(BIN)/dagster definitions validate

bench: .venv/installed-bench ## Measure NAME=ingest, memory, vault, ratings or sessions; ROWS, ONLY and REPEATS choose what (benchmarks/README.md)
	@test -n "$(NAME)" || { echo "Say what to measure: make bench NAME=ingest"; exit 2; }
	@$(BIN)/python -m benchmarks.$(NAME) $(if $(ROWS),--rows $(ROWS)) $(if $(ONLY),--only "$(ONLY)") \
		$(if $(REPEATS),--repeats $(REPEATS))

clean: ## Remove what was built and the demo's drops; .venv and your warehouses stay
	rm -rf target logs .pytest_cache .ruff_cache .hypothesis warehouse/demo_drops warehouse/demo_drops.new

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) --version 2>&1);" \
			"try make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: .venv/python requirements.lock pyproject.toml
	@echo "Installing into .venv (a minute or two, once) …"
	@$(INSTALL) -r requirements.lock
	@$(INSTALL) --no-deps -e .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	@echo "Installing what tests and linters need into .venv …"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@

.venv/installed-bench: .venv/installed requirements-bench.lock
	@echo "Installing what benchmarks compare with into .venv …"
	@$(INSTALL) -r requirements-bench.lock
	@touch $@
