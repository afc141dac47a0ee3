# make demo   a restaurant chain's wage percentages, from an Ajour made for the purpose
# make dev    the Dagster UI on the same data, at http://127.0.0.1:3000; PORT=3001 for another port
# make test   all tests
# make lint   style and types

PYTHON ?= python3
PORT ?= 3000
SYSTEM_PACKAGES ?= scripts/system-packages
BIN := .venv/bin
DEMO := $(CURDIR)/data/demo
IN_DEMO := cd $(DEMO) && DAGSTER_HOME=$(DEMO) $(CURDIR)/$(BIN)

.PHONY: help demo dev test lint clean

help:
	@sed -n 's/^# //p' Makefile

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(SYSTEM_PACKAGES) python3-venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(DEMO)/dagster.yaml: dagster.yaml
	@mkdir -p $(DEMO)
	@cp dagster.yaml $@

demo: .venv/installed $(DEMO)/dagster.yaml
	@$(SYSTEM_PACKAGES) unixodbc libsqliteodbc
	@$(IN_DEMO)/ajour-revenue demo

dev: .venv/installed $(DEMO)/dagster.yaml
	@$(SYSTEM_PACKAGES) unixodbc libsqliteodbc
	@$(IN_DEMO)/ajour-revenue demo --ui --port $(PORT)

test: .venv/installed
	@$(SYSTEM_PACKAGES) unixodbc libsqliteodbc odbc-postgresql tdsodbc postgresql chromium libatomic1
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf .venv data
