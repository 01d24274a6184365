# What can be asked of this project. `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PORT ?= 8000

python := .venv/bin/python
catalogues := $(patsubst %.po,%.mo,$(wildcard portal/locale/*/LC_MESSAGES/django.po))

.PHONY: help
help:
	@echo "make demo        try the portal on http://localhost:$(PORT); also PORT=8001, and RESET=1 to start over"
	@echo "make test        everything that must pass, with all its set-up; FULL=1 on both databases"
	@echo "make lint        what can be said without running the tests"
	@echo "make format      lay the code out"
	@echo "make translate   bring the French catalogue in line with the code"
	@echo "make pictures    take pictures of the main pages, into .data/pictures"
	@echo "make measures    measure the public pages anew, into tests/gates/MEASURES.md; takes minutes"
	@echo "make benchmark   measure what pages cost beside what Django can do, into tests/benchmarks/RESULTS.md;"
	@echo "                 also ROWS=1000000, PAGES=list,search, SECONDS=2, ROUNDS=5, and DO=seed, serve, slow,"
	@echo "                 plans, export or compare"
	@echo "make sbom        the bill of materials of what runs, into .data/sbom.json"
	@echo "make pins        compile constraints.txt from pyproject.toml; UPGRADE=1 for the newest versions"

# --- The environment ------------------------------------------------------------------------------

# Two marks in .venv say what was installed from the constraints.txt of today.
.venv/runtime: constraints.txt
	@.ci/environment runtime
	@touch .venv/runtime

.venv/development: constraints.txt
	@.ci/environment development
	@touch .venv/runtime .venv/development

.venv/node: tests/gates/package-lock.json .venv/development
	@.ci/node
	@touch .venv/node

%.mo: %.po
	@$(python) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@ --locale fr

# --- The demo -------------------------------------------------------------------------------------

# Everything it writes lies here: database, images, and the mail it sends, one file each in mail/.
demo_data := .data/demo

# Said in full, so that no .env and no variable of this shell sends the demo to another database.
demo: export DJANGO_SETTINGS_MODULE := portal.settings
demo: export DEBUG := true
demo: export DEMO := true
demo: export DATA_DIR := $(demo_data)
demo: export DATABASE_URL := sqlite:///$(demo_data)/portal.sqlite3
demo: export MEDIA_ROOT := $(demo_data)/media
demo: export HELD_ROOT := $(demo_data)/held
demo: export ALLOWED_HOSTS := localhost,127.0.0.1
demo: export BASE_URL := http://localhost:$(PORT)
demo: export EMAIL_URL :=
demo: export REDIS_URL :=
demo: export TASKS :=

.PHONY: demo
demo: demo-port demo-reset .venv/runtime $(catalogues)
	@mkdir -p $(demo_data)
	@echo "Preparing the database"
	@$(python) manage.py migrate --verbosity 0
	@$(python) manage.py load_demo
	@echo "Ctrl-C stops it; what you change is there again at the next \`make demo\`."
	@exec $(python) -m gunicorn portal.wsgi --bind 127.0.0.1:$(PORT) --threads 8 --no-control-socket \
		--log-level warning

.PHONY: demo-port
demo-port:
	@python3 .ci/free_port.py $(PORT)

.PHONY: demo-reset
demo-reset:
ifeq ($(RESET),1)
	@rm -rf $(demo_data)
endif

# --- Tests ----------------------------------------------------------------------------------------

# Each test runs on PostgreSQL, or where a browser or many addresses take long, on SQLite; what the two
# may do differently runs on both. FULL=1 runs everything on both.
on_sqlite := browser or once or database
on_postgresql := not browser and not once
ifeq ($(FULL),1)
on_sqlite := browser or not browser
on_postgresql := not browser
endif

.PHONY: test
test: services .venv/node $(catalogues) lint test-sqlite test-postgresql

.PHONY: services
services:
	@.ci/services

.PHONY: test-sqlite
test-sqlite: .venv/node $(catalogues)
	@echo "Tests on SQLite"
	@DATABASE_URL=sqlite:///.data/tests.sqlite3 $(python) -m pytest --numprocesses 2 --quiet -m "$(on_sqlite)"

.PHONY: test-postgresql
test-postgresql: .venv/development $(catalogues)
	@echo "Tests on PostgreSQL"
	@.ci/postgresql $(python) -m pytest --numprocesses 2 --quiet -m "$(on_postgresql)"

.PHONY: pictures
pictures: services .venv/node $(catalogues)
	@$(python) -m tests.gates.pictures .data/pictures

.PHONY: measures
measures: services .venv/node $(catalogues)
	@$(python) -m tests.gates.measures

# --- How fast it is -------------------------------------------------------------------------------

ROWS ?= 10000
DO ?= measure

# With DATABASE_URL that database is filled, if it is empty; otherwise one of its own, kept for the next
# time. Its server is one of Debian's, which may hold as much in memory as one in production should.
BUFFERS ?= 2GB
benchmark_database := $(if $(DATABASE_URL)$(filter compare,$(DO)),,$(if $(filter export,$(DO)),,POSTGRESQL_DATA=.data/benchmarks/$(ROWS)) POSTGRESQL_BUFFERS=$(BUFFERS) .ci/postgresql)

.PHONY: benchmark
benchmark: .venv/development $(catalogues)
	@.ci/services benchmark
	@mkdir -p .data/benchmarks
	@$(benchmark_database) $(python) -m tests.benchmarks $(DO) --rows $(ROWS) --port $(PORT) \
		$(if $(PAGES),--pages $(PAGES)) $(if $(SECONDS),--seconds $(SECONDS)) \
		$(if $(ROUNDS),--rounds $(ROUNDS))

# --- The code -------------------------------------------------------------------------------------

# Any production settings will do: what is checked is that ours complain about nothing.
production := DEBUG=false DATABASE_URL=sqlite://:memory: ALLOWED_HOSTS=portal.example \
	BASE_URL=https://portal.example DEFAULT_FROM_EMAIL=portal@portal.example \
	EMAIL_URL=smtp://mail.portal.example:25 \
	SECRET_KEY=$$($(python) -c "import secrets; print(secrets.token_urlsafe(64))")

.PHONY: lint
lint: .venv/development
	@$(python) -m ruff check --quiet --output-format concise
	@$(python) -m ruff format --check --quiet --output-format concise
	@$(python) -m djlint templates --lint --quiet
	@$(python) -m mypy
	@.venv/bin/lint-imports --no-logo
	@DATABASE_URL=sqlite://:memory: $(python) manage.py makemigrations --check --dry-run
	@$(production) $(python) manage.py check --deploy --fail-level WARNING

.PHONY: sbom
sbom: .venv/runtime
	@mkdir -p .data
	@$(python) .ci/sbom.py > .data/sbom.json
	@echo "Written: .data/sbom.json"

.PHONY: format
format: .venv/development
	@$(python) -m ruff check --fix
	@$(python) -m ruff format

.PHONY: translate
translate: services .venv/development
	@.ci/messages
	@$(MAKE) $(catalogues)

.PHONY: pins
pins: .venv/development
	@.ci/pins
