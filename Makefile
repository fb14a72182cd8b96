# Needs Python 3.11 or newer and make. Everything else goes into .venv; `make PYTHON=python3.12` chooses the Python.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
GENERATED := README.md docs/reference/*.md docs/tasks/*.md
COG := $(BIN)/cog -I docs --check-fail-msg='run `make docs`, and read what it changed'

.DEFAULT_GOAL := help
.PHONY: help venv demo test ui nightly bench lint docs clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.* ## /\1: /p' Makefile | awk -F': ' '{ printf "  make %-8s %s\n", $$1, $$2 }'

venv: $(STAMP) ## make .venv and install the project and its tools into it

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; try: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP) ## de-identify sample_data/ into demo/
	@rm -rf demo
	$(BIN)/bme-med inspect sample_data/input
	@echo
	$(BIN)/bme-med deid sample_data/input --out demo/clean --profile hipaa-safe-harbor || test $$? -eq 1
	@echo
	@echo 'Some files of the sample are meant to be refused. Look at:'
	@echo '  demo/clean                what may be handed on'
	@echo '  demo/clean.audit.jsonl    what was done to every file, and why; names sources: keep it to yourself'
	@echo '  $(BIN)/bme-med audit show demo/clean.audit.jsonl'
	@echo
	$(BIN)/bme-med audit check demo/clean.audit.jsonl

test: lint ## everything that must pass; under ten minutes on two cores
	$(BIN)/python -m pytest -n auto

ui: $(STAMP) ## build the browser edition (needs Node and npm) and open it
	cd bme_med/web && npm ci --silent && npm run --silent build
	$(BIN)/bme-med ui

nightly: lint ## test, and what takes minutes, with branch coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n auto -m ''
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

bench: $(STAMP) ## measure the main job against cp, gdcmanon and exiftool, other tools' leaks and damage, the start, files of 4 GB, the vocabulary, the detectors, and the score of MIDI-B
	$(BIN)/python -m tests.bench.folders
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python -m tests.bench.peers_dicom
	$(BIN)/python -m tests.bench.peers
	$(BIN)/python -m tests.bench.startup
	$(BIN)/python -m tests.bench.large
	$(BIN)/python -m tests.bench.browser
	$(BIN)/python -m tests.bench.vocabulary
	$(BIN)/python -m tests.bench.vocabulary --held-out
	$(BIN)/python -m tests.bench.detection
	$(BIN)/python -m tests.bench.faces
	$(BIN)/python -m tests.bench.midi_b --write

lint: $(STAMP) ## style, types, layers, generated text
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(COG) --check $(GENERATED)

docs: $(STAMP) ## write the generated parts of README and docs anew
	$(COG) -r $(GENERATED)

clean: ## remove what the targets above made
	rm -rf .venv demo build dist .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis tests/pyodide/node_modules bme_med/web/node_modules bme_med/web/site
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
