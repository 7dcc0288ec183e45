# Everything a newcomer needs. Each target makes its own .venv; nothing is installed outside this folder.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint types browser pictures bench docs package lock sbom clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

.venv/installed: requirements-dev.lock.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock.txt
	@touch $@

.venv/demo: requirements-demo.lock.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-demo.lock.txt
	@touch $@

# One lock for Python 3.11 and later, of one version where there is one for all of them; the image's and the report's are parts of it.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --custom-compile-command "make lock"

lock: .venv/installed ## renew the locked versions, all of them that requirements*.txt does not pin
	$(BIN)/$(COMPILE) --upgrade --output-file requirements-dev.lock.txt requirements-dev.txt
	$(BIN)/$(COMPILE) --upgrade --output-file requirements.lock.txt --constraints requirements-dev.lock.txt requirements.txt
	$(BIN)/$(COMPILE) --upgrade --output-file requirements-demo.lock.txt --constraints requirements-dev.lock.txt requirements-demo.txt
	$(BIN)/$(COMPILE) --upgrade --output-file requirements-report.lock.txt --constraints requirements-dev.lock.txt requirements-report.txt

sbom: .venv/installed ## write what is in the image to build/doorman.cdx.json (CycloneDX)
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-file build/doorman.cdx.json requirements.lock.txt

demo: .venv/demo ## run the bot, Teams and Entra on this machine and open the chat page
	$(BIN)/python app.py demo $(ARGS)

test: .venv/installed ## run the tests, on SQLite and on a real PostgreSQL
	$(BIN)/python -m pytest -m "not browser" -n 4 --durations=10 $(ARGS)

lint: .venv/installed ## check style, import contracts and the Dockerfile
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

types: .venv/installed ## check types
	$(BIN)/mypy

browser: .venv/installed ## drive the demo in Chromium (needs /usr/bin/chromium)
	$(BIN)/python -m pytest -m browser -n 2 $(ARGS)

pictures: .venv/installed ## draw the pictures of the documentation anew (needs /usr/bin/chromium)
	$(BIN)/python -m tests.browser.pictures

bench: .venv/installed ## print the benchmark tables
	$(BIN)/python -m benchmarks.turns

docs: .venv/installed ## write the generated parts of docs/, .env.example and the manifest
	$(BIN)/python -m docs.generate

package: .venv/installed ## write the Teams app zip to build/
	$(BIN)/python app.py package

clean: ## remove everything that was made here
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis
