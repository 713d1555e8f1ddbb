# Everything a person or CI runs. `make help` lists it. Works with any python3: the
# environment in .venv is made by requirements/bootstrap.py, which brings uv itself.

.DEFAULT_GOAL := help
.PHONY: help install translations train-annotator demo test check pytest format lab bench slow lock clean

# The first python3 that really starts (pyenv's shims exist without starting).
FIND_PYTHON = for p in python3 python3.13 python3.12 python3.14 /usr/bin/python3 \
	$(HOME)/.pyenv/versions/3.*/bin/python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1 \
	&& { echo "$$p"; exit 0; }; done
BOOTSTRAP = python="$$($(FIND_PYTHON))"; test -n "$$python" \
	|| { echo "devnorms: no python3 (>= 3.6) runs on this machine; install one" >&2; exit 1; }; \
	"$$python" requirements/bootstrap.py
BIN := .venv/bin
DEVNORMS_DATA ?= ../shared/data

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed 's/:.*## /\t/' | expand -t 18

install: ## make .venv (done by the others; quick when nothing changed)
	@$(BOOTSTRAP)

demo: install ## fit the bundled real data and write results/demo
	@$(BIN)/devnorms demo --out results/demo

test: check pytest ## everything that CI runs

check: install ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

pytest: install ## the tests, without the slow ones
	DEVNORMS_DATA="$(DEVNORMS_DATA)" $(BIN)/pytest -m "not slow"

slow: install ## the tests that take minutes or hours
	DEVNORMS_DATA="$(DEVNORMS_DATA)" $(BIN)/pytest -m slow

format: install ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lab: install ## JupyterLab on the tutorials
	$(BIN)/jupyter lab docs/tutorials

bench: install ## the benchmark table
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/start.py

train-annotator: install ## make datasets/annotator/embedded.npz from the phrase banks
	OMP_NUM_THREADS=1 $(BIN)/python datasets/annotator/train.py

LANGUAGES := es ca eu gl pt fr nl zh_Hans sw ar tr
translations: ## collect the review site's strings into its .po files, compile to .mo
	cd devnorms/review && ../../$(BIN)/django-admin makemessages --no-location --no-wrap \
		--no-obsolete -e html,txt,py,svg $(LANGUAGES:%=-l %) && ../../$(BIN)/django-admin compilemessages

lock: ## pin anew what pyproject.toml asks for
	@$(BOOTSTRAP) lock

clean: ## remove the environment and caches, not the results
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
