# `make demo` and `make test` are all a visitor or a contributor needs; the rest is for maintainers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
TEXTS ?= 1000000

.DEFAULT_GOAL := help
.PHONY: help demo test check bench fuzz format seed-vectors lock clean

help: ## Say what each command does
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# The environment is made again only when what it is made from changes.
$(VENV)/installed: requirements.lock pyproject.toml
	@echo "Installation (une seule fois, quelques minutes)…"
	@sh tools/environment.sh "$(PYTHON)" "$(VENV)"
	@touch "$@"

demo: $(VENV)/installed ## Try the base with its demonstration contents, on http://127.0.0.1:8000
	@"$(BIN)/impact-alliances" demo --port $(PORT)

test: $(VENV)/installed ## Run the tests (offline)
	@"$(BIN)/python" -m pytest -q -n 2 --cov --cov-report=term:skip-covered

check: $(VENV)/installed ## Format, lint and types
	@"$(BIN)/ruff" format --check .
	@"$(BIN)/ruff" check .
	@"$(BIN)/mypy"

bench: $(VENV)/installed ## Measure relevance and speed
	@"$(BIN)/python" -m bench

fuzz: $(VENV)/installed ## Ask the service what no client would, for long, then a million hostile texts (hours; TEXTS=1000 for a taste)
	@"$(BIN)/python" -m pytest -q tests/web/test_http_fuzz.py tests/fuzz --hypothesis-profile=fuzz
	@"$(BIN)/python" -m bench.fuzz --texts $(TEXTS)

format: $(VENV)/installed ## Put the code in form
	@"$(BIN)/ruff" format .
	@"$(BIN)/ruff" check --fix .

seed-vectors: $(VENV)/installed ## Compute the vectors of seed/ that changed
	@"$(BIN)/impact-alliances" seed-vectors

lock: $(VENV)/installed ## Pin the dependencies anew
	@"$(BIN)/uv" pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -q -o requirements.lock

clean: ## Remove the environment and the caches
	@rm -rf "$(VENV)" .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
