# Everything a newcomer needs. Each target makes its own .venv; nothing is installed outside this folder.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint types browser bench docs package clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

.venv/installed: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

demo: .venv/installed ## run the bot, Teams and Entra on this machine and open the chat page
	$(BIN)/python app.py demo $(ARGS)

test: .venv/installed ## run the tests, on SQLite and on a real PostgreSQL
	$(BIN)/python -m pytest -m "not browser" -n 3 $(ARGS)

lint: .venv/installed ## check style, import contracts and the Dockerfile
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

types: .venv/installed ## check types
	$(BIN)/mypy

browser: .venv/installed ## drive the demo in Chromium (needs /usr/bin/chromium)
	$(BIN)/python -m pytest -m browser $(ARGS)

bench: .venv/installed ## print the benchmark tables
	$(BIN)/python -m benchmarks.turns

docs: .venv/installed ## write the generated parts of README, .env.example and the manifest
	$(BIN)/python -m docs.generate

package: .venv/installed ## write the Teams app zip to build/
	$(BIN)/python app.py package

clean: ## remove everything that was made here
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis
