# Everything here runs in .venv, which is made on first use: by uv where it is installed, otherwise
# by Python's own venv and pip. Nothing else is needed.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV ?= $(shell command -v uv)
HOME_FOLDER ?= data
TESTS ?= tests
WORKERS ?= 2

VENV := .venv
NEWEST_STRIPE := .venv-stripe-newest
BIN := $(VENV)/bin
RUN := $(BIN)/python -m

.DEFAULT_GOAL := help
.PHONY: help demo test test-duckdb-1.5 lint format bench torture docs notebook lock clean

# DuckDB 2.0 and 1.5 cannot share an environment. What has to hold on both is the suite's core: exact
# numbers, reads, and the numbers of the sample, built by the version at hand.
VENV_1_5 := .venv-duckdb-1.5
CORE := tests/foundation tests/queries tests/models/test_sample_goldens.py \
	tests/meterhouse/test_warehouse.py tests/meterhouse/test_shapes.py \
	tests/meterhouse/test_three_doors.py tests/meterhouse/test_verify.py \
	tests/meterhouse/test_memory_limit.py

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z0-9.-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.core ## land the sample, build it, publish it, show what came out
	@$(BIN)/meterhouse --home $(HOME_FOLDER) demo

test: $(VENV)/.dev $(NEWEST_STRIPE)/.stripe ## run the tests; TESTS=tests/foundation for some of them
	$(RUN) pytest -n $(WORKERS) $(TESTS)

test-duckdb-1.5: $(VENV)/.dev $(VENV_1_5)/.dev ## open what 2.0 published with DuckDB 1.5, run the core on it
	DUCKDB_1_5_PYTHON=$(VENV_1_5)/bin/python $(RUN) pytest tests/meterhouse/test_duckdb_1_5.py
	$(VENV_1_5)/bin/python -m pytest -n $(WORKERS) $(CORE)

lint: $(VENV)/.dev ## check style, types, layers and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --disable-progress-bar models tests/dbt
	$(RUN) pytest -q tests/test_sql_rules.py

format: $(VENV)/.dev ## put the code in its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --disable-progress-bar models

bench: $(VENV)/.bench ## measure at full size; figures are printed, nothing is asserted about them
	@for benchmark in benchmarks/[a-z]*.py; do \
		echo "== $$benchmark"; $(RUN) benchmarks.$$(basename $$benchmark .py) || exit 1; \
	done

torture: $(VENV)/.dev test-duckdb-1.5 ## the long tests: kills, full disks, thousands of random runs
	$(RUN) pytest -n $(WORKERS) --dist load -m torture tests

docs: $(VENV)/.dev ## write the dictionary and dbt's documentation, one HTML file
	$(RUN) foundation.generate
	METERHOUSE_LAKE=$(HOME_FOLDER)/lake $(BIN)/dbt --quiet build
	METERHOUSE_LAKE=$(HOME_FOLDER)/lake $(BIN)/dbt --quiet docs generate --static
	@echo "docs/dictionary.md target/static_index.html"

notebook: $(VENV)/.dev ## open the example notebook on the home
	METERHOUSE_HOME=$(HOME_FOLDER) $(BIN)/marimo edit notebooks/usage_and_invoices.py

lock: ## resolve requirements/*.lock anew; needs uv
	requirements/lock

clean: ## remove what can be made again; the home ($(HOME_FOLDER)/) stays
	rm -rf $(VENV) $(VENV_1_5) $(NEWEST_STRIPE) target logs dist .benchmarks .hypothesis .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One recipe installs either set; the stamp says which one is there. The project itself is installed
# as editable, built by the locked build backend rather than by one that pip would fetch on its own.
$(VENV)/.core: requirements/core.lock pyproject.toml
	@requirements/install "$(VENV)" "$(PYTHON)" "$(UV)" requirements/core.lock .
	@touch $@

$(VENV)/.dev: requirements/dev.lock requirements/core.lock pyproject.toml
	@requirements/install "$(VENV)" "$(PYTHON)" "$(UV)" requirements/dev.lock .
	@touch $@ $(VENV)/.core

$(VENV)/.bench: requirements/bench.lock requirements/dev.lock requirements/core.lock pyproject.toml
	@requirements/install "$(VENV)" "$(PYTHON)" "$(UV)" requirements/bench.lock .
	@touch $@ $(VENV)/.dev $(VENV)/.core

$(VENV_1_5)/.dev: requirements/duckdb-1.5.lock pyproject.toml
	@requirements/install "$(VENV_1_5)" "$(PYTHON)" "$(UV)" requirements/duckdb-1.5.lock .
	@touch $@

# Two versions of one package cannot share an environment. This one has nothing but the newest stripe,
# which a test runs against our server.
$(NEWEST_STRIPE)/.stripe: requirements/stripe-newest.lock
	@requirements/install "$(NEWEST_STRIPE)" "$(PYTHON)" "$(UV)" requirements/stripe-newest.lock
	@touch $@
