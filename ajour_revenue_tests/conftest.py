"""Fixtures for all folders of tests."""

import gc
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

from ajour_revenue import days
from ajour_revenue.days import Window
from ajour_revenue.demo.planday import serve
from ajour_revenue.settings.model import PostgresWarehouse
from ajour_revenue.settings.secrets import WAREHOUSE
from ajour_revenue.warehouse import schema
from ajour_revenue.warehouse.connect import transaction
from ajour_revenue.warehouse.file import CONFIGURATION
from ajour_revenue_tests.ajour.postgres import Postgres, running_postgres
from ajour_revenue_tests.clock import LAST_DAY, now
from ajour_revenue_tests.kit import DUCKDB, Company, make_company
from ajour_revenue_tests.planday.kit import Stage

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")


def pytest_configure(config: pytest.Config) -> None:
    """Set the clock, before any test is collected."""
    # What is imported and collected stays: looking through it for garbage again and again takes as long as itself.
    gc.disable()
    patch = pytest.MonkeyPatch()
    patch.setattr(days, "now", now)
    # For as few rows as the tests have, a second thread only takes of the processor.
    patch.setitem(CONFIGURATION, "threads", 1)
    config.add_cleanup(patch.undo)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow tests, which mostly wait: the others fill the time."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company whose four locations, and one that is not mapped, sold something on each of the last 45 days."""
    return make_company(tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def warehouse_after_a_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse that a run over the last three days leaves; run once, for all tests."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        company = make_company(tmp_path_factory.mktemp("company"), monkeypatch)
        assert company.run(Window.back_from(LAST_DAY + timedelta(days=1), days=3)).success
    return company.settings.warehouse_file


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Run one server, in which each test has databases of its own; whoever stops one starts another."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def empty_in_duckdb() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/Copenhagen'")
        schema.bring_up_to_date(connection)
        yield connection


@pytest.fixture(scope="session")
def empty_in_postgresql(postgres: Postgres) -> Iterator[duckdb.DuckDBPyConnection]:
    postgres.make_database("empty_tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(WAREHOUSE, postgres.address("empty_tables"))
        with transaction(PostgresWarehouse(folder=Path())) as connection:
            connection.commit()
            yield connection
            connection.begin()


@pytest.fixture(scope="session")
def empty_tables(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    """The tables of an empty warehouse; whoever writes to them does so in a transaction, rolled back.

    In DuckDB, and for a test that is IN_BOTH_STORES in PostgreSQL too.
    """
    store = getattr(request, "param", DUCKDB)
    tables: duckdb.DuckDBPyConnection = request.getfixturevalue(f"empty_in_{store.lower()}")
    return tables


@pytest.fixture
def fetched_company(company: Company, warehouse_after_a_run: Path) -> Company:
    """A company whose last three days have been fetched."""
    company.settings.warehouse_file.parent.mkdir()
    shutil.copy(warehouse_after_a_run, company.settings.warehouse_file)
    return company


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Run one server; each test says which Planday it is."""
    stage = Stage()
    with serve(stage) as stage.url:
        yield stage
