# Everything a newcomer types. `make` alone lists it.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.installed
export PATH := $(abspath $(BIN)):$(PATH)
# A caller's own virtual environment or paths must not leak into ours.
unexport PYTHONPATH PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help install data demo test test-all test-browser lint generate clean
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(READY) ## make .venv and install the locked versions

$(READY): pyproject.toml constraints.txt
	@echo "== Installing into $(VENV) (once; some minutes)"
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is needed; try: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -c 'import pip' 2>/dev/null \
	  || $(PYTHON) -m venv --clear $(VENV) \
	  || { echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --progress-bar on --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[dev]'
	@touch $@

data: $(READY) ## provide Fashion-MNIST for Keras
	@echo "== Looking for Fashion-MNIST"
	@autograder data

generate: data ## make release/ and solutions/ from source/
	@echo "== Generating release/ and solutions/"
	@autograder generate

demo: generate ## grade a small class: the solution, the blank, some mistakes
	@echo "== Grading the class in tests/class"
	@autograder grade tests/class

test: $(READY) ## run the tests (minutes)
	@echo "== Testing"
	@python -m pytest -m 'not slow'

test-all: test lint data ## run the tests, then what is slow
	@echo "== Checking that release/ and solutions/ are what source/ makes them"
	@autograder generate --check
	@echo "== Testing what is slow"
	@python -m pytest -m slow

test-browser: $(READY) ## run the tests in a real browser, JupyterLab among them (minutes; needs Chromium)
	@echo "== Testing in a browser"
	@python -m pytest -m browser

lint: $(READY) ## style and types
	@echo "== Style and types"
	@ruff check .
	@ruff format --check .
	@mypy

clean: ## remove what was made here, not the data
	rm -rf $(VENV) results autograded feedback submitted gradebook.db .pytest_cache .mypy_cache .ruff_cache
