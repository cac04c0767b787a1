# make report · test · lab · lint · bench · evaluate · lock
# The first of them makes .venv from the locked packages; afterwards it is remade only when requirements.txt has changed.

PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
UV := $(BIN)/uv
# Without compiled packages the first kernels of a build would each compile them anew.
export UV_COMPILE_BYTECODE := 1

.DEFAULT_GOAL := report
.PHONY: report test lab lint bench evaluate lock

report: .venv/ready
	@$(BIN)/diembao report

# A file of tests stays in one process, with its browser, its JupyterLab, its notebook's kernel.
test: lint
	$(BIN)/python -m pytest -rs --numprocesses=logical --maxprocesses=4 --dist=loadfile --no-loadscope-reorder \
		--nbval --nbval-current-env --nbval-cell-timeout=300 --nbval-sanitize-with=notebooks/tests/nbval_sanitize.cfg

lab: .venv/ready
	$(BIN)/jupyter lab notebooks/start_here.ipynb

lint: .venv/ready
	$(BIN)/ruff check

bench: .venv/ready
	$(BIN)/python notebooks/tests/bench.py

# GOLD: a folder with marks made by hand (.jsonl) and their pages; without it the sample.
evaluate: .venv/ready
	@$(BIN)/diembao evaluate $(if $(GOLD),"$(GOLD)")

# Newest versions within the bounds of pyproject.toml, for Python 3.11 and later on every system.
lock: .venv/ready
	$(UV) pip compile pyproject.toml --extra test --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-emit-index-url --no-emit-find-links --quiet --output-file requirements.txt

.venv/packages: requirements.txt
	@test -n "$(PYTHON)" || { echo "Điểm báo needs Python 3.11 or later: none of python3, python3.13, python3.12, python3.11 is." >&2; exit 1; }
	@echo "Making .venv with the packages of requirements.txt; this happens once." >&2
	@rm -rf .venv
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "$(PYTHON) makes no virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9.8'
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.txt
	@touch $@

.venv/ready: .venv/packages pyproject.toml
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@
