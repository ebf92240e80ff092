# `make` alone says what there is. Set PYTHON to choose which Python makes the environment.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# One thread a process, as when the notebooks were built: the same numbers on any machine.
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export OMP_WAIT_POLICY := PASSIVE

SIDE_BY_SIDE := -n 2 --dist loadfile
NBVAL := LC_SEED=0 LC_STRICT=1 LC_THREADS=1 PYTHONPATH="$(CURDIR)" $(BIN)/python -m pytest -q \
	-p no:cacheprovider --nbval --nbval-cell-timeout 60 $(SIDE_BY_SIDE)

.DEFAULT_GOAL := help
.PHONY: help install study lab test lint unit quick lesson notebooks figures nbval claims runs faults bench

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1~\2/p' $(MAKEFILE_LIST) | \
		while IFS='~' read -r name does; do printf '%-17s %s\n' "$$name" "$$does"; done

$(INSTALLED): requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

install: $(INSTALLED) ## make .venv and install everything into it, once

study: $(INSTALLED) ## copy each lesson that is not there yet into study/
	@$(BIN)/python notebooks/tools/study.py

lab: study ## open the lessons in JupyterLab
	$(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" study/00_start_here.ipynb

test: lint unit nbval ## everything that must hold
	$(BIN)/python -m pytest tests -q -m browser

lint: $(INSTALLED) ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

unit: $(INSTALLED) ## the tests, except those in a browser
	$(BIN)/python -m pytest tests -q -m "not browser" $(SIDE_BY_SIDE)

quick: lint ## lint, and the tests that take no time: under a minute
	$(BIN)/python -m pytest tests -q -m "not browser and not slow" $(SIDE_BY_SIDE)

lesson: $(INSTALLED) ## build, run and check one lesson: make lesson N=05
	@test -n "$(N)" || { echo 'Which one? make lesson N=05'; exit 2; }
	$(BIN)/python notebooks/tools/build.py $(N) --force
	$(BIN)/python -m pytest tests/test_editions.py -q -k "$(N)_"
	$(NBVAL) notebooks/$(N)_*.ipynb notebooks/solutions/$(N)_*.ipynb
	$(BIN)/python notebooks/tools/claims.py $(N) --seeds 0 1 2

notebooks: $(INSTALLED) ## build the lessons whose source has changed
	$(BIN)/python notebooks/tools/build.py

figures: $(INSTALLED) ## take the README's picture from the lesson that drew it
	$(BIN)/python notebooks/tools/figures.py

nbval: $(INSTALLED) ## run both editions, and compare with what they show
	$(NBVAL) notebooks/*.ipynb notebooks/solutions/*.ipynb

claims: $(INSTALLED) ## every claim at seeds 0 to 9, with its margin
	$(BIN)/python notebooks/tools/claims.py

runs: $(INSTALLED) ## the long runs whose code has changed since they were recorded
	$(BIN)/python notebooks/tools/runs.py

faults: $(INSTALLED) ## 200 stops and 100 kills in the middle of a training
	$(BIN)/python tests/faults.py

bench: $(INSTALLED) ## timings; they decide nothing
	set -e; for script in tests/bench/*.py; do $(BIN)/python "$$script"; done
