# `make` alone says what there is. PYTHON is the one that makes the environment in the folder VENV,
# the reader's copies go to the folder STUDY, and LAB holds options for Jupyter.
PYTHON ?= python3
VENV ?= .venv
STUDY ?= study
LAB ?=
# Where `make hub` listens.
AT ?= 127.0.0.1:8000
# Not every shell knows a `~` behind a `=`.
override VENV := $(patsubst ~/%,$(HOME)/%,$(VENV))
override STUDY := $(patsubst ~/%,$(HOME)/%,$(STUDY))
override IN := $(patsubst ~/%,$(HOME)/%,$(IN))
override OUT := $(patsubst ~/%,$(HOME)/%,$(OUT))
# From the environment's folder no other program is called than its Python: it may be moved.
PY := "$(VENV)/bin/python"
# Whoever is root here knows, as in a container, where it is the usual user.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

# One thread a process, as when the notebooks were built: the same numbers on any machine.
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export OMP_WAIT_POLICY := PASSIVE

SIDE_BY_SIDE := -n 2 --dist loadfile
NBVAL := LC_SEED=0 LC_STRICT=1 LC_THREADS=1 PYTHONPATH="$(CURDIR)" $(PY) -m pytest -q \
	-p no:cacheprovider --nbval --nbval-cell-timeout 60 $(SIDE_BY_SIDE)

.DEFAULT_GOAL := help
.PHONY: help install study lab collect test lint unit quick lesson notebooks figures teaching \
	handout address nbgrader accounts hub nbval claims runs hostile faults bench

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1~\2/p' $(MAKEFILE_LIST) | \
		while IFS='~' read -r name does; do printf '%-17s %s\n' "$$name" "$$does"; done

install: ## make .venv and install everything into it, once
	@python=$$(command -v "$(PYTHON)" || command -v $(PY)) || { \
		echo 'There is no $(PYTHON). Install Python 3.11 to 3.13, or name one: make lab PYTHON=python3.12'; exit 1; }; \
	"$$python" notebooks/tools/install.py "$(VENV)"

study: install ## copy each lesson that is not there yet into study/, or STUDY=~/lessons
	@$(PY) notebooks/tools/study.py "$(STUDY)"

lab: study ## open the lessons in JupyterLab; its options: LAB="--no-browser --port=9999"
	$(PY) -m jupyterlab --ServerApp.root_dir="$(STUDY)" $(AS_ROOT) $(LAB) "$(STUDY)/00_start_here.ipynb"

collect: install ## judge a class, and say what to talk about: make collect IN=folder-or.zip N=05
	@test -n "$(IN)" -a -n "$(N)" || { echo 'What, and of which lesson? make collect IN=folder N=05'; exit 2; }
	@$(PY) notebooks/tools/collect.py "$(N)" "$(IN)" $(if $(OUT),--out "$(OUT)")

test: lint unit nbval ## everything that must hold
	$(PY) -m pytest tests -q -m browser -n 2 --dist loadgroup

lint: install ## style, types, layers
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-logo

unit: install ## the tests, except those in a browser
	$(PY) -m pytest tests -q -m "not browser" $(SIDE_BY_SIDE)

quick: lint ## lint, and the tests that take no time: under a minute
	$(PY) -m pytest tests -q -m "not browser and not slow" $(SIDE_BY_SIDE)

lesson: install ## build, run and check one lesson: make lesson N=05
	@test -n "$(N)" || { echo 'Which one? make lesson N=05'; exit 2; }
	$(PY) notebooks/tools/build.py $(N) --force
	$(PY) -m pytest tests/test_editions.py -q -k "$(N)_"
	$(NBVAL) notebooks/$(N)_*.ipynb notebooks/solutions/$(N)_*.ipynb
	$(PY) notebooks/tools/claims.py $(N) --seeds 0 1 2

notebooks: install ## build the lessons whose source has changed
	$(PY) notebooks/tools/build.py

figures: install ## make the README's pictures
	$(PY) notebooks/tools/figures.py

teaching: install ## write TEACHING.md and teaching/, which hold answers
	$(PY) notebooks/tools/teaching.py

handout: install ## make dist/: a zip for a class, of lessons that need nothing else; solutions apart
	@$(PY) notebooks/tools/handout.py

address: install ## say where the workbook is published: make address URL=https://github.com/OWNER/NAME
	@$(PY) notebooks/tools/address.py "$(URL)"

nbval: install ## run both editions, and compare with what they show
	$(NBVAL) notebooks/*.ipynb notebooks/solutions/*.ipynb

claims: install ## every claim at seeds 0 to 9, with its margin
	$(PY) notebooks/tools/claims.py

runs: install ## the long runs whose code has changed since they were recorded
	$(PY) notebooks/tools/runs.py

hostile: install ## all hand-ins that mean harm, judged; the tests take every seventh
	LC_HOSTILE=all $(PY) -m pytest tests/test_classroom_hostile.py -q

faults: install ## 200 stops and 100 kills in the middle of a training
	$(PY) tests/faults.py

bench: install ## timings; they decide nothing
	set -e; for script in tests/bench/*.py; do $(PY) "$$script"; done

nbgrader: install ## make a course for nbgrader in dist/nbgrader
	$(PY) notebooks/tools/course.py

accounts: install ## an account on this machine for each name: sudo make accounts NAMES=names.txt
	@test -n "$(NAMES)" || { echo 'Whose? sudo make accounts NAMES=names.txt'; exit 2; }
	@$(PY) notebooks/tools/hub.py accounts "$(NAMES)"

hub: install ## a JupyterHub for a class: sudo make hub AT=127.0.0.1:8000
	$(PY) notebooks/tools/hub.py start --at "$(AT)"
