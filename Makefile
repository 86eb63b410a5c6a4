# Everything a newcomer types. `make` alone lists it.
PYTHON ?= python3
VENV   ?= .venv
# What is installed into it, and at which versions.
LOCK   ?= constraints.txt
EXTRAS ?= dev
BIN    := $(VENV)/bin
READY  := $(VENV)/.installed
export PATH := $(abspath $(BIN)):$(PATH)
# A caller's own virtual environment or paths must not leak into ours.
unexport PYTHONPATH PYTHONHOME
# Two test files at a time: most of them wait for a kernel.
BESIDE := -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help install data demo test test-all test-nbgrader test-weekly test-browser test-oldest with-oldest test-debian13 \
  test-image test-gpu lint generate dist image engine seccomp clean
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(READY) ## make .venv and install the locked versions

$(READY): pyproject.toml $(LOCK)
	@echo "== Installing into $(VENV) (once; some minutes)"
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is needed; try: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -c 'import pip' 2>/dev/null \
	  || $(PYTHON) -m venv --clear $(VENV) \
	  || { echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --progress-bar on --disable-pip-version-check \
	  --constraint $(LOCK) --editable '.[$(EXTRAS)]'
	@touch $@

data: $(READY) ## provide Fashion-MNIST for Keras
	@echo "== Looking for Fashion-MNIST"
	@autograder data

generate: data ## make release/ and solutions/ from source/
	@echo "== Generating release/ and solutions/"
	@autograder generate

demo: generate ## grade a small class: the solution, the blank, some mistakes
	@echo "== Grading the class in tests/class"
	@autograder grade tests/class --results demo

test: $(READY) ## run the tests (minutes)
	@echo "== Testing"
	@python -m pytest -m 'not slow' $(BESIDE)

# The files that hold slow tests: the others need not even be looked at. They wait more often, so one
# more runs beside the others.
SLOW := $(shell grep -rlE 'mark\.(slow|browser)' tests --include='test_*.py')

test-all: test lint data ## run the tests, then what is slow
	@echo "== Checking that release/ and solutions/ are what source/ makes them"
	@autograder generate --check
	@echo "== Testing what is slow"
	@python -m pytest -m 'slow and not weekly' $(BESIDE) -n 3 $(SLOW)
	@$(MAKE) --no-print-directory test-nbgrader

test-nbgrader: $(READY) ## run nbgrader's own tests in a course of ours (minutes)
	@echo "== Testing nbgrader's own commands on other assignments"
	@tests/nbgrader_suite/run -q -n 2

test-weekly: $(READY) data ## run the long tests of what seldom changes (many minutes)
	@echo "== Testing what seldom changes"
	@python -m pytest -m weekly $(BESIDE)

test-browser: $(READY) ## run the tests in a real browser, JupyterLab among them (minutes; needs Chromium)
	@echo "== Testing in a browser"
	@python -m pytest -m browser

# What is decided by the versions of others: what is recorded, judged, made, read, entered.
VERSIONED := $(wildcard tests/lessons/test_check_*.py) $(wildcard $(addprefix tests/*/test_, $(addsuffix .py, \
  recorder plain_fit step_batching cross_check model_description data_matching inference judge evidence reader report \
  run_state generate gradebook_writer demo_class versions)))

test-gpu: $(READY) ## run the tests that need a GPU; without one they are skipped
	@echo "== Testing on a GPU, if there is one"
	@python -m pytest -m gpu tests/gpu

test-oldest: ## run what depends on versions with the oldest ones (Python 3.11)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "Their lock is for Python 3.11; try: make test-oldest PYTHON=python3.11"; exit 1; }
	@$(MAKE) --no-print-directory with-oldest \
	  VENV=.venv-oldest LOCK=constraints-oldest.txt EXTRAS=cluster,postgresql,study,test

with-oldest: $(READY)
	@echo "== Testing with the oldest versions"
	@python -m pytest -m 'not slow' $(VERSIONED)

# The last commit, whatever lies here; nothing is installed here for it.
test-debian13: ## make demo and make test on a fresh Debian 13 (half an hour; needs root and debootstrap)
	@tests/debian13.sh

dist: $(READY) ## build wheel and sdist into dist/
	@rm -rf dist
	@python -m build

# Docker where it answers, else Podman; asked only where it is needed.
ENGINE ?= $(shell for one in docker podman; do $$one info > /dev/null 2>&1 && echo $$one && break; done)

engine:
	@test -n "$(ENGINE)" || { echo "Docker or Podman is needed, and neither answers here."; exit 1; }

image: engine ## build the image of docs/deploy with Docker or Podman (BASE=… on another base)
	$(ENGINE) build -f docs/deploy/Dockerfile $(if $(BASE),--build-arg BASE=$(BASE)) -t building-a-brain .

test-image: engine ## make image on plain Debian, and grade in it (many minutes; needs root and debootstrap)
	@ENGINE=$(ENGINE) tests/image.sh

lint: $(READY) ## style and types
	@echo "== Style and types"
	@ruff check .
	@ruff format --check .
	@mypy
	@lint-imports --no-cache > /dev/null || { lint-imports; exit 1; }

# Debian's own Python, for which its package of libseccomp is built.
seccomp: ## make the filters of system calls from their rules (needs Debian's python3-seccomp)
	@/usr/bin/python3 -c 'import seccomp' || { echo "apt-get install python3-seccomp"; exit 1; }
	@/usr/bin/python3 autograder/sandbox/seccomp/build_filters.py autograder/sandbox/seccomp

clean: ## remove what was built here, no submissions, results or grades
	rm -rf $(VENV) .venv-oldest dist site demo .pytest_cache .mypy_cache .ruff_cache
