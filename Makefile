.DEFAULT_GOAL := help
.PHONY: help run demo test check fix lock bench
PY := .venv/bin/python

help: ## What can be made here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Set up what is missing and serve the whole site at 127.0.0.1:5000 (PORT and HOST change it)
	@bin/set-up run
	@exec .venv/bin/flask --app app serve

demo: ## Fill an empty site with sample data: people, consults and letters in every state
	@bin/set-up run
	@.venv/bin/flask --app app demo

test: ## Set up what tests need and run every check and test
	@bin/set-up test
	@bin/test

check: ## May I push? The fast checks in one go
	@bin/set-up test
	@bin/test fast

fix: ## Put imports and layout of the code in order
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

lock: ## Renew the locked dependencies (needs uv); the locks name no host
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml --extra test --extra bench -c requirements.lock -o requirements-test.lock

bench: ## Measure speed, as ratios against stated limits
	@bin/set-up test
	@for file in benchmarks/*.py; do echo "== $$file"; PYTHONPATH=. $(PY) "$$file" || exit 1; done
