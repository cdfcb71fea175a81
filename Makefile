# Everything starts with `make setup`, and every other target sees to it by itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup test demo bench docs lock

BIN := .venv/bin
WORKERS ?= 2

help:
	@echo "make demo [FOR=20]   a plant to look at; ends with Ctrl-C, or by itself after that many seconds"
	@echo "make test            linter, types, import contract and all tests (WORKERS=2)"
	@echo "make bench           what a message costs, beside what it costs Mosquitto"
	@echo "make docs            the reference pages again: settings, commands, findings"
	@echo "make setup           .venv/ with everything pinned, and Mosquitto"
	@echo "make lock            work out requirements*.txt again from pyproject.toml (needs uv)"

setup:
	@tools/setup

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(WORKERS)

demo: setup
	@$(BIN)/uns demo $(if $(FOR),--for $(FOR))

bench: setup
	@$(BIN)/python -m benchmarks

docs: setup
	@$(BIN)/python docs/make.py

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --custom-compile-command "make lock" --quiet

lock:
	$(LOCK) --output-file requirements.txt
	$(LOCK) --group dev --constraint requirements.txt --output-file requirements-dev.txt
