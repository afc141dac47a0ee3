# make demo   a restaurant chain's wage percentages, from an Ajour made for the purpose
# make dev    the Dagster UI on the same data, at http://127.0.0.1:3000; PORT=3001 for another port
# make test   all tests
# make test-newest  the fast ones on the newest DuckDB 2, which requirements.txt does not take yet
# make torture  kills, crowds, cut ways, full disks and damaged files at random, some 20 minutes; SEED=7 repeats one
# make bench  measure, and write benchmarks/README.md: half an hour on a machine that does nothing else
# make lint   style, types and SQL
# make lock   requirements.txt, and that of the image, anew from pyproject.toml; UPGRADE=1 takes newer versions as well

PYTHON ?= python3
PORT ?= 3000
SYSTEM_PACKAGES ?= scripts/system-packages
BIN := .venv/bin
NEWEST := .venv-newest/bin
BENCH := .venv-bench/bin
PIP_SHOWN := python -m pip install --disable-pip-version-check
PIP_INSTALL := $(PIP_SHOWN) --quiet
FOR_TESTS := unixodbc libsqliteodbc odbc-postgresql odbc-mariadb tdsodbc libltdl7 libgssapi-krb5-2 postgresql chromium libatomic1 nginx-light systemd
DEMO := $(CURDIR)/data/demo
IN_DEMO := cd $(DEMO) && DAGSTER_HOME=$(DEMO) $(CURDIR)/$(BIN)

# What pytest makes of the tests' files is kept: else each of its processes would make it anew, in 5 s.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo dev test test-newest torture bench lint lock clean

help:
	@sed -n 's/^# //p' Makefile

.venv/installed .venv-newest/installed .venv-bench/installed: pyproject.toml requirements.txt
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(SYSTEM_PACKAGES) python3-venv
	$(PYTHON) -m venv $(@D)
	@echo "Installing the Python packages that requirements.txt lists, which takes some minutes:"
	$(@D)/bin/$(PIP_SHOWN) --require-hashes -r requirements.txt
	$(@D)/bin/$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(DEMO)/dagster.yaml: dagster.yaml
	@umask 077 && mkdir -p $(DEMO)
	@cp dagster.yaml $@

demo: .venv/installed $(DEMO)/dagster.yaml
	@$(SYSTEM_PACKAGES) unixodbc libsqliteodbc
	@$(IN_DEMO)/ajour-revenue demo

dev: .venv/installed $(DEMO)/dagster.yaml
	@$(SYSTEM_PACKAGES) unixodbc libsqliteodbc
	@$(IN_DEMO)/ajour-revenue demo --ui --port $(PORT)

test: .venv/installed
	@$(SYSTEM_PACKAGES) $(FOR_TESTS)
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

test-newest: .venv-newest/installed
	@$(SYSTEM_PACKAGES) $(FOR_TESTS)
	$(NEWEST)/$(PIP_INSTALL) --upgrade --no-deps 'duckdb>=2,<3'
	$(NEWEST)/pytest -m 'not slow' -n 3 --dist loadfile --no-loadscope-reorder

torture: .venv/installed
	@$(SYSTEM_PACKAGES) unixodbc libsqliteodbc odbc-postgresql tdsodbc libltdl7 libgssapi-krb5-2
	$(BIN)/python -m ajour_revenue_tests.torture $(if $(SEED),--seed $(SEED)) 2>/dev/null

bench: .venv-bench/installed
	@$(SYSTEM_PACKAGES) $(FOR_TESTS)
	$(BENCH)/$(PIP_INSTALL) --upgrade 'pip>=25.1,<27'
	$(BENCH)/$(PIP_INSTALL) --group bench
	$(BENCH)/python -m benchmarks

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar ajour_revenue

lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8,<1'
	.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras --no-strip-extras \
		--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) --output-file requirements.txt pyproject.toml >/dev/null
	printf '%s\n' hatchling duckdb-extensions duckdb-extension-postgres-scanner | .venv-lock/bin/uv pip compile --quiet \
		--python-version 3.13 --python-platform linux --generate-hashes --no-strip-extras \
		--extra docker --extra kubernetes --extra postgres --constraint requirements.txt \
		--custom-compile-command 'make lock' --output-file deploy/docker/requirements.txt pyproject.toml - >/dev/null
	rm -rf .venv-lock

clean:
	rm -rf .venv .venv-newest .venv-bench .venv-lock data
