# make demo   a fictional programme on this machine, from a fresh clone
# make test   everything that is quick enough to run at every change
# make prove  the long proofs
# make coverage  the quick tests again, naming lines and branches that none of them went through
# Each does all of its own set-up: nothing else has to be run first.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
DATA ?= $(CURDIR)/data
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

RUN := $(VENV)/made-from-run
DEV := $(VENV)/made-from-dev
SPARK := $(VENV)/made-from-spark
VENDOR := src/pathways/web/static/vendor/made-from

.DEFAULT_GOAL := help
.PHONY: help demo up doctor test prove coverage setup lint types floors lock assets docs clean packages

help:
	@sed -n 's/^# \(make .*\)/  \1/p' Makefile

demo: $(RUN) $(VENDOR)
	@PATHWAYS_DATA="$${PATHWAYS_DATA:-$(DATA)/demo}" $(BIN)/pathways demo $(if $(PORT),--port $(PORT)) $(if $(FRESH),--fresh)

up: $(RUN) $(VENDOR)
	@PATHWAYS_DATA="$${PATHWAYS_DATA:-$(DATA)/live}" $(BIN)/pathways up $(if $(PORT),--port $(PORT))

doctor: $(RUN)
	@PATHWAYS_DATA="$${PATHWAYS_DATA:-$(DATA)/demo}" $(BIN)/pathways doctor

test: $(DEV) $(VENDOR)
	@$(BIN)/python tools/prove.py test

prove: $(DEV) $(VENDOR) packages $(SPARK)
	@$(BIN)/python tools/prove.py prove

coverage: $(DEV) $(VENDOR)
	@$(BIN)/python tools/prove.py coverage

setup: $(DEV) $(VENDOR)

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

lock: $(DEV)
	$(BIN)/python tools/lock.py

assets: $(VENDOR)

docs: $(DEV)
	$(BIN)/python tools/docs.py

# As root, Debian packages that only some tests want; without them those tests are left out and named.
packages:
	@$(PYTHON) tools/packages.py

clean:
	rm -rf $(VENV) .tools node_modules build src/pathways/web/static/vendor .mypy_cache .ruff_cache .pytest_cache

# ---------------------------------------------------------------------------------------------
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; set PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing (Debian package python3-venv)"; exit 1; }
	@echo "making a Python environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(RUN): requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing what the programme needs"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock
	@$(BIN)/python tools/link.py
	@touch $@

$(DEV): requirements-dev.lock $(RUN)
	@echo "installing what the tests need"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements-dev.lock
	@touch $@

# Spark lies in a folder of its own, which only the long proofs look into. Without Java, or where it cannot be
# had, its test is left out and named.
$(SPARK): requirements-spark.lock $(DEV) | packages
	@command -v java >/dev/null || { echo "left out: Spark, which needs Java"; exit 0; }; \
	echo "installing Spark for the long proofs"; rm -rf $(VENV)/spark; \
	if $(BIN)/python -m pip install -qq --require-hashes --no-deps --no-build-isolation --target $(VENV)/spark \
		-r requirements-spark.lock; then touch $@; else echo "left out: Spark, which cannot be installed here"; fi

$(VENDOR): package-lock.json tools/assets.py
	@$(PYTHON) tools/assets.py
	@touch $@
