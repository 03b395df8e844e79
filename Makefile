# Every target sets up what it needs by itself, and says first what it downloads.
# Two environments: .venv/modern (Python 3.11+, torch and Paddle) and .venv/oneflow (Python 3.10).

PYTHON ?= $(shell command -v python3 || command -v python)
export VENV ?= .venv
SETUP = @$(PYTHON) tools/environments.py
IN_MODERN = @$(VENV)/modern/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench matrix rules build clean

test matrix bench: BACKENDS ?= torch,paddle,oneflow
demo: BACKENDS ?= paddle,oneflow

help: ## show this text
	@echo "make TARGET [BACKENDS=torch,paddle,oneflow] [VENV=.venv]"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST)
	@echo
	@echo "BACKENDS=torch,paddle leaves OneFlow and its 5 GB out. PYTHON310=/path/to/python names an"
	@echo "interpreter that is not on the PATH; TORCH_INDEX_URL an index that has torch for the CPU."

demo: ## port the examples, train originals and ports, compare; BACKENDS=paddle without OneFlow
	$(SETUP) demo --backends $(BACKENDS)
	$(IN_MODERN) tools/demo.py --backends $(BACKENDS)

test: ## run the tests on torch, Paddle and OneFlow; ARGS="-x -k sgd" goes to pytest
	$(SETUP) test --backends $(BACKENDS)
	$(IN_MODERN) tools/run_tests.py --backends $(BACKENDS) -- $(ARGS)

lint: ## ruff, ruff format, mypy --strict
	$(SETUP) lint
	$(IN_MODERN) -m ruff check
	$(IN_MODERN) -m ruff format --check
	$(IN_MODERN) -m mypy

bench: ## run every benchmark
	$(SETUP) bench --backends $(BACKENDS)
	@for file in benchmarks/*.py; do echo "== $$file"; $(VENV)/modern/bin/python $$file || exit; done

matrix: ## measure again what compat_matrix.md says
	$(SETUP) matrix --backends $(BACKENDS)
	$(IN_MODERN) tools/compat_matrix.py --backends $(BACKENDS) --venv $(VENV)

rules: ## write docs/rules again from the rules' own examples
	$(SETUP) lint
	$(IN_MODERN) tools/rule_pages.py

build: ## make the wheel and the sdist in dist/
	$(SETUP) build
	$(IN_MODERN) -m build

clean: ## delete what the other targets made, except the environments
	rm -rf build dist demo-out *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find bridge codemods tests tools examples -name __pycache__ -prune -exec rm -rf {} +
