# `make demo` and `make test` are all a visitor or a contributor needs; the rest is for maintainers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
TEXTS ?= 1000000
q ?=
export q

.DEFAULT_GOAL := help
.PHONY: help demo search test check bench fuzz mutants screens format seed-vectors audit lock clean

help: ## Dire ce que fait chaque commande
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# The environment is made again only when what it is made from changes.
$(VENV)/installed: requirements.lock pyproject.toml
	@sh tools/environment.sh "$(PYTHON)" "$(VENV)"
	@touch "$@"

demo: $(VENV)/installed ## Essayer la base et ses contenus de démonstration, sur http://127.0.0.1:8000 (PORT=…)
	@echo "La démonstration démarre…"
	@exec "$(BIN)/impact-alliances" demo --port $(PORT)

search: $(VENV)/installed ## Chercher dans la base : make search q="plus de médecin"
	@exec "$(BIN)/impact-alliances" search -- "$$q"

test: $(VENV)/installed ## Lancer les tests (sans réseau ; 5 à 10 minutes)
	@"$(BIN)/python" -m pytest -q -n 2 --dist worksteal --cov --cov-report=term:skip-covered

check: $(VENV)/installed ## Vérifier la forme, les règles et les types
	@"$(BIN)/ruff" format --check .
	@"$(BIN)/ruff" check .
	@"$(BIN)/mypy"

bench: $(VENV)/installed ## Mesurer la pertinence et la vitesse
	@"$(BIN)/python" -m bench

fuzz: $(VENV)/installed ## Malmener le service, longtemps, puis un million de textes hostiles (des heures ; TEXTS=1000 pour un essai)
	@"$(BIN)/python" -m pytest -q tests/web/test_http_fuzz.py tests/fuzz --hypothesis-profile=fuzz
	@"$(BIN)/python" -m bench.fuzz --texts $(TEXTS)

mutants: $(VENV)/installed ## Changer le code d’un signe à la fois, et dire ce qu’aucun test ne voit (une heure ou deux ; only=… pour un module)
	@"$(BIN)/mutmut" run $(if $(only),"impact_alliances.$(only)*") ; "$(BIN)/mutmut" results

screens: $(VENV)/installed ## Dessiner de nouveau les pages dans docs/screens, à relire avec le changement (deux minutes ; only="home case" pour celles-là)
	@"$(BIN)/python" -m tools.screens $(only)

format: $(VENV)/installed ## Mettre le code en forme
	@"$(BIN)/ruff" format .
	@"$(BIN)/ruff" check --fix .

seed-vectors: $(VENV)/installed ## Recalculer les vecteurs de seed/ qui ont changé
	@"$(BIN)/impact-alliances" seed-vectors

audit: $(VENV)/installed ## Chercher les failles connues des dépendances, et dire leurs licences (demande le réseau)
	@"$(BIN)/python" tools/audit.py

lock: $(VENV)/installed ## Figer de nouveau les dépendances
	@"$(BIN)/uv" pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -q -o requirements.lock

clean: ## Retirer l’environnement et les caches
	@rm -rf "$(VENV)" .pytest_cache .mypy_cache .ruff_cache .hypothesis mutants dist
