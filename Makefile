.DEFAULT_GOAL := help
.PHONY: help run demo test check races fix story check-stories snap shots desk-shots doctor bench lock
SHELL := /bin/sh
flask := .venv/bin/python -m flask --app app
compile := uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11

help: ## What can be made here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Set up what is missing and serve the whole site at 127.0.0.1:5000 (PORT and HOST change it)
	@bin/set-up run
	@exec $(flask) serve

demo: ## Fill an empty site with sample data: people, assessments, consults and letters in every state
	@bin/set-up run
	@$(flask) demo

test: ## Set up what tests need and run every check and test
	@bin/set-up test
	@bin/test

check: ## May I push? The fast checks in one go
	@bin/set-up test
	@bin/test fast

races: ## Let many processes want the same thing and kill workers, far more often than in the suite, on both databases; some minutes
	@bin/set-up test
	@PYTHONPATH=. RACES=1 .venv/bin/python -m pytest -q --timeout=900 --durations=0 --durations-min=1 \
		tests/booking/test_races.py tests/booking/test_offer_races.py tests/kit/test_killed_worker.py tests/blog/test_sending_killed.py

fix: ## Put imports and layout of the code in order
	@bin/set-up test
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

story: ## Begin a story as a draft: make story TITLE="The second call"
	@test -n "$$TITLE" || { echo 'A story needs a title: make story TITLE="The second call"'; exit 2; }
	@bin/set-up run
	@$(flask) stories new "$$TITLE"

check-stories: ## Name every fault of every story, with file and line
	@bin/set-up run
	@$(flask) stories check

snap: ## Write the snapshots of letters, invites, reports and addresses anew; review them like code
	@bin/set-up test
	@PYTHONPATH=. .venv/bin/python -m pytest -q -n 2 --snap -m "not browser and not processes"
	@git status --short tests/snapshots

shots: ## Take pictures of every page at three widths, light and dark, into build/shots (ONLY="part of a name")
	@bin/set-up test
	@PYTHONPATH=. .venv/bin/python -m tests.journeys.shots build/shots $(ONLY)

desk-shots: ## Take pictures of every page of the desk with 0, 3 and 3,000 rows, with size and time of each (ROWS=0,3 ONLY="part of a name")
	@bin/set-up test
	@PYTHONPATH=. .venv/bin/python -m tests.journeys.desk_shots build/shots/desk $(or $(ROWS),0,3,3000) $(ONLY)

doctor: ## Ask the site what ails it: database, worker, mail server, settings, time zones, disk
	@bin/set-up run
	@$(flask) doctor

bench: ## Measure speed against stated limits; some minutes
	@bin/set-up test
	@over=0; for file in benchmarks/*.py; do echo "== $$file"; PYTHONPATH=. .venv/bin/python "$$file" || over=1; done; exit $$over

lock: ## Renew the locked dependencies (needs uv; UPGRADE=--upgrade takes newer ones); the locks name no host
	$(compile) $(UPGRADE) pyproject.toml -o requirements.lock
	$(compile) $(UPGRADE) pyproject.toml --extra test --extra bench -c requirements.lock -o requirements-test.lock
