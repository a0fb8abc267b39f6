# Two commands do everything: `make lab` opens the course, `make test` proves it. Plain `make` lists the rest.

VENV := .venv
BIN := $(VENV)/bin
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
    $$each -c '$(SUPPORTED)' 2>/dev/null && echo $$each && break; done)
UV := $(shell command -v uv 2>/dev/null)
STAMP := $(VENV)/.installed
LESSON ?=
# nbval runs one kernel a notebook; each worker takes a whole notebook.
WORKERS ?= 2

# The grader shuts student code in best with bubblewrap. It is asked for, never insisted on.
define ISOLATE
if command -v bwrap >/dev/null 2>&1 || [ "$$(uname -s)" != Linux ]; then :; \
elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && \
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y bubblewrap; } >/dev/null 2>&1; then :; \
else echo "For the best isolation of graded code: apt install bubblewrap (or dnf, pacman)"; fi
endef

.DEFAULT_GOAL := help
.PHONY: help install lab course test quick lint unit jax coverage backends notebooks render readme lock browser nbgrader bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## install the course into .venv, at the locked versions

$(STAMP): requirements.lock requirements.txt pyproject.toml
	@$(if $(PYTHON),$(PYTHON) -c '$(SUPPORTED)',false) || \
	    { echo "Python 3.11, 3.12 or 3.13 is needed; name one: make PYTHON=/path/to/python" >&2; exit 1; }
ifdef UV
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.txt
else
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
endif
	@$(ISOLATE)
	@touch $@

lab: install ## open the course in JupyterLab (LESSON=03_1 opens one)
	@$(BIN)/dlcourse lab $(LESSON)

course: install ## run every lesson headless; a table at the end
	@$(BIN)/dlcourse run

# Many unit tests wait, for a sandbox or another process: what else there is to check fits into their pauses.
test: install ## everything that CI runs
	@$(MAKE) --no-print-directory -j 3 lint jax unit
	@$(MAKE) --no-print-directory notebooks

quick: install ## what is fast: no notebook, nothing slow
	@$(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow and not notebook and not browser and not nbgrader"

lint: install ## style, format and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy

unit: install ## unit tests, hygiene of the notebooks, architecture
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile -m "not browser and not nbgrader"

jax: install ## the layers once more, on JAX
	@KERAS_BACKEND=jax $(BIN)/python -m pytest -q -m backend tests/layers

coverage: install ## the unit tests again, with the lines and branches that they leave out (slower by two fifths)
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -n $(WORKERS) --dist loadfile -m "not browser and not nbgrader"
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

backends: install ## the layers under every backend that is installed besides TensorFlow
	@for each in jax torch; do \
	    $(BIN)/python -c "import $$each" 2>/dev/null || { echo "$$each is not installed"; continue; }; \
	    KERAS_BACKEND=$$each $(BIN)/python -m pytest -q -m backend tests/layers tests/models tests/text || exit 1; \
	done

notebooks: install ## execute every lesson and solution and compare its outputs (nbval)
	@$(BIN)/python -m pytest -q -p tools.regression --nbval --nbval-current-env --nbval-cell-timeout 300 \
	    -n $(WORKERS) --dist loadfile notebooks solutions

render: install ## make notebooks, solutions and exercises from sources/ (NAME=03_2, FORCE=1)
	@$(BIN)/python -m tools.render $(if $(FORCE),--force) $(NAME)
	@$(BIN)/python -m tools.contents

readme: install ## renew what is made of docstrings and lessons: docs/api, the README's table, the glossary
	@$(BIN)/python -m tools.contents
	@$(BIN)/python -m tools.api

lock: install ## choose the newest versions that the ranges allow, for every supported Python
	@$(BIN)/python -m tools.lock

browser: install ## open a lesson in JupyterLab in headless Chromium and run it (needs Chromium)
	@$(BIN)/python -m pip install --quiet -c requirements.lock -e '.[browser]'
	@$(BIN)/python -m pytest -q -m browser

nbgrader: install ## grade an exported assignment with nbgrader itself, installed in an environment of its own
	@test -x build/nbgrader/bin/nbgrader || { $(BIN)/python -m venv build/nbgrader && \
	    build/nbgrader/bin/python -m pip install --quiet --disable-pip-version-check nbgrader; }
	@$(BIN)/python -m pytest -q -m nbgrader

bench: install ## paired measurements, as ratios
	@for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

clean: ## remove what was installed and made; your working copies stay
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
