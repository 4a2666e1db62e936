# `make` lists the commands. Every one uses .venv, which ./start or ./test make.
BIN := .venv/bin
TREES := config registry portals api commands reader

.PHONY: bench bench-pages confluence help setup lint types texts docs css lock check-pages screens audit sbom

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: ## install what building and testing need
	@python3 -c "import sys; sys.path.insert(0, '.'); from config.stack.bootstrap import ensure_environment as e; e('requirements-dev.lock')"

lint: ## style, the ladder, texts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m config.texts --check

types: ## mypy, strict
	DATABASE_URL=postgresql:/// $(BIN)/mypy $(TREES) tests

texts: ## write the gettext catalogues from texts.toml
	$(BIN)/python -m config.texts

docs: ## write the generated pages of the handbook
	DATABASE_URL=postgresql:/// $(BIN)/python manage.py write_handbook

css: ## build the committed style sheet
	$(BIN)/tailwindcss -i portals/base/css/app.css -o portals/base/static/base/app.css --minify

lock: ## resolve the two lock files anew
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements-dev.in -o requirements-dev.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements-dev.lock requirements.in -o requirements.lock

screens: ## pictures of the journeys into var/screens
	SCREENS=var/screens ./test -m journey

check-pages: ## accessibility of every page, in real Chromium
	./test -m journey

audit: ## known holes in what we pin
	$(BIN)/pip-audit -r requirements.lock --require-hashes

sbom: ## what the server consists of, as CycloneDX, into var/sbom.json
	$(BIN)/python -m config.sbom > var/sbom.json

bench: ## measure the performance goals, write docs/handbook/performance.md
	$(BIN)/python -m benchmarks

bench-pages: ## measure the pages with ten years behind 20,000 workers (BENCH_WORKERS=)
	$(BIN)/python -m benchmarks.pages

confluence: ## the order test at length: 200 worlds in 20 orders (WORLDS=, ORDERS=)
	WORLDS=$(or $(WORLDS),200) ORDERS=$(or $(ORDERS),20) ./test -q tests/registry/histories/test_order.py
