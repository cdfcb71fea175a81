# Everything starts with `make setup`, and every other target sees to it by itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup test of-checkout of-wheel soak demo wheel bench bench-peers bench-check docs judged lock

# Tests start the service hundreds of times, and each time it would be compiled anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
WORKERS ?= 4
COMPILED := build/compiled
PATH_TESTS := tests/core tests/decode tests/context tests/schema tests/broker tests/samples tests/examples/test_dialects.py \
              tests/naming/test_resolve.py tests/service/test_path.py tests/service/test_publisher.py \
              tests/service/test_ledger.py tests/faults/test_outages.py::test_not_one_sample_is_lost \
              tests/registry/test_quarantine.py tests/registry/test_verbs.py tests/api/test_browse.py

help:
	@echo "make demo [FOR=20]   a plant to look at; ends with Ctrl-C, or by itself after that many seconds"
	@echo "make test            linter, types, import contract and all tests (WORKERS=4)"
	@echo "make soak            the fault tests at full length, about an hour; SEED=… repeats one (it is printed)"
	@echo "make wheel           dist/uns-….whl, its message path compiled where there is a C compiler"
	@echo "make bench           what a message costs, beside what it costs Mosquitto"
	@echo "make bench-peers     the same mapping by what plants use today; installs it into build/peers/, then 8 minutes"
	@echo "make bench-check     how many instructions a message takes, against the figures of before (needs valgrind)"
	@echo "make docs            the reference pages again: settings, commands, findings"
	@echo "make setup           .venv/ with everything pinned, and Mosquitto"
	@echo "make lock            work out requirements*.txt again from pyproject.toml (needs uv)"

setup:
	@tools/setup

test: setup
	@$(MAKE) --no-print-directory --jobs=2 of-checkout of-wheel

of-checkout: judged
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

# Beside the tests of the checkout, for it leaves processors idle; told in one piece, or the two would be told in turns.
of-wheel: $(COMPILED)
	@PYTHONPATH=$(CURDIR)/$(COMPILED) $(BIN)/pytest --of-wheel=$(COMPILED) $(PATH_TESTS) >build/of-wheel.log 2>&1; \
	status=$$?; echo; cat build/of-wheel.log; exit $$status

soak: SEED := $(or $(SEED),$(shell od -An -N4 -tu4 /dev/urandom | tr -d ' '))
soak: setup
	@echo "SEED=$(SEED)"
	UNS_SOAK=1 SEED=$(SEED) $(BIN)/pytest -vv -s --timeout 3600 --durations 0 --durations-min 10 tests/faults tests/context/test_zones.py tests/context/test_year.py

judged: | setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

wheel: $(COMPILED)

$(COMPILED): pyproject.toml tools/wheel $(shell find uns -name '*.py') | setup
	@tools/wheel $@
	@touch $@

demo: setup
	@$(BIN)/uns demo $(if $(FOR),--for $(FOR))

bench: setup $(COMPILED)
	@$(BIN)/python -m benchmarks --wheel $(COMPILED)

bench-peers: setup $(COMPILED)
	@$(BIN)/python -m benchmarks.peers --wheel $(COMPILED)

bench-check: setup $(COMPILED)
	@$(BIN)/python -m benchmarks.instructions
	@PYTHONSAFEPATH=1 PYTHONPATH=$(COMPILED):. $(BIN)/python -m benchmarks.instructions

docs: setup
	@$(BIN)/python docs/make.py

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --custom-compile-command "make lock" --quiet

lock:
	$(LOCK) --output-file requirements.txt
	$(LOCK) --group dev --constraint requirements.txt --output-file requirements-dev.txt
