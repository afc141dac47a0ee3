"""What many tests need: settings, a small Ajour in SQLite, and a run over a window of days."""

import csv
import socket
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
import tenacity
from ruamel.yaml import YAML

from ajour_revenue.days import WEEKDAYS, Window
from ajour_revenue.definitions import build_definitions
from ajour_revenue.partitions import window_tags
from ajour_revenue.settings.load import load_settings
from ajour_revenue.settings.model import Settings
from ajour_revenue.settings.secrets import AJOUR_CREDENTIALS
from ajour_revenue.text.bilingual import Language
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.processes import PATIENCE_SECONDS

COMPANY_ID = "Nord-4711"
"""With letters that no hash has: tests look for it where it must not be."""
ACTIVATION_DATE = LAST_DAY - timedelta(days=60)

IS_DUCKDB_2 = duckdb.__version__.startswith("2.")
DUCKDB = "DuckDB"
IN_BOTH_STORES = pytest.mark.parametrize(
    "empty_tables", [DUCKDB, pytest.param("PostgreSQL", marks=pytest.mark.slow)], indirect=True
)
"""For a test of `empty_tables` that reads or writes something which no other such test does."""

NEEDS_POSTGRES_EXTENSION = pytest.mark.skipif(
    IS_DUCKDB_2, reason="DuckDB's extension for PostgreSQL has no package for DuckDB 2 yet"
)


def settings_dict(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 (YAML may hold anything)
    """Return valid settings as a settings file has them; `changes` replace whole sections."""
    settings = {
        "name": "demo",
        "activation_date": ACTIVATION_DATE,
        "task": {
            "active": True,
            "start_date": ACTIVATION_DATE + timedelta(days=1),
            "time": "07:00",
            "repeat_weekly": True,
            "weekdays": list(WEEKDAYS),
            "days_back": 3,
        },
        "revenue": {"vat": "excluded", "vat_rate": 25, "overwrite_existing": True},
        "ajour": {"driver": "SQLite3"},
        "wages": {"source": "file", "file": "wages.csv"},
        "warehouse": "data/demo.duckdb",
        "units": [
            {"name": "Bar", "department": "Vesterbro", "locations": ["10", "11"], "target_wage_percentage": 30},
            {"name": "Kitchen", "department": "Vesterbro", "locations": ["20"]},
            {"name": "Shop", "department": "Aarhus", "locations": ["30"]},
        ],
    }
    return settings | changes


def write_settings(folder: Path, **changes: Any) -> Path:  # noqa: ANN401 (YAML may hold anything)
    """Write a settings file and return its path."""
    path = folder / "ajour.yaml"
    yaml = YAML(typ="safe", pure=True)
    # As a person writes: each value where it stands, although two are the same object here.
    yaml.representer.ignore_aliases = lambda *_: True
    yaml.dump(settings_dict(**changes), path)
    return path


def write_env_file(folder: Path, values: Mapping[str, str]) -> None:
    """Write the credentials into .env, as people do."""
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")


@dataclass
class SqliteAjour:
    """An Ajour that answers the default queries, in a SQLite file."""

    path: Path

    def __post_init__(self) -> None:
        with sqlite3.connect(self.path) as database:
            database.executescript(
                """
                CREATE TABLE IF NOT EXISTS locations (company_id TEXT, location_id TEXT, location_name TEXT);
                CREATE TABLE IF NOT EXISTS daily_revenue (
                    company_id TEXT, business_date DATE, location_id TEXT, revenue_incl_vat TEXT, revenue_excl_vat TEXT
                );
                """,
            )

    def list_locations(self, names: dict[str, str]) -> None:
        """Replace the list of locations: id to name."""
        with sqlite3.connect(self.path) as database:
            database.execute("DELETE FROM locations")
            database.executemany(
                "INSERT INTO locations VALUES (?, ?, ?)", [(COMPANY_ID, *item) for item in names.items()]
            )

    def sell(self, day: date, location: str, excl_vat: Decimal | str | None) -> None:
        """Set what a location sold on a day, in DKK excl. VAT; None takes the row away."""
        self.sell_all([(day, location, excl_vat)])

    def sell_all(self, sales: Iterable[tuple[date, str, Decimal | str | None]]) -> None:
        """Set what locations sold, as `sell` does, in one transaction."""
        with sqlite3.connect(self.path) as database:
            for day, location, excl_vat in sales:
                key = (COMPANY_ID, day.isoformat(), location)
                database.execute(
                    "DELETE FROM daily_revenue WHERE company_id = ? AND business_date = ? AND location_id = ?", key
                )
                if excl_vat is not None:
                    incl_vat = Decimal(excl_vat) * Decimal("1.25")
                    database.execute(
                        "INSERT INTO daily_revenue VALUES (?, ?, ?, ?, ?)", (*key, str(incl_vat), str(excl_vat))
                    )

    @property
    def environment(self) -> dict[str, str]:
        """The five credentials (R1) that lead here."""
        values = {
            "company_id": COMPANY_ID,
            "user": "ajour-user",
            "password": "S3cret-Pass",
            "database": str(self.path),
            "host": "ajour.invalid",
        }
        return {AJOUR_CREDENTIALS[name]: value for name, value in values.items()}


def write_wages(path: Path, rows: Iterable[tuple[date, str, str, str, str]]) -> None:
    """Write a wage file: business_date, department, unit (may be empty), wage_cost, hours."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["business_date", "department", "unit", "wage_cost", "hours"])
        writer.writerows(rows)


def store_revenue(  # noqa: PLR0913 (what a unit-day is)
    connection: duckdb.DuckDBPyConnection,
    day: date,
    unit: str,
    department: str,
    excl_vat: Decimal | str | None,
    *,
    vat: str = "excluded",
    missing: Iterable[str] = (),
) -> None:
    """Store what a unit sold on a day, without a run; it replaces what is stored."""
    connection.execute(
        """
        INSERT OR REPLACE INTO unit_revenue BY NAME
        SELECT
            $day AS business_date,
            $unit AS unit,
            $department AS department,
            $vat AS vat,
            $excl_vat::DECIMAL(18, 2) AS revenue_excl_vat,
            round(revenue_excl_vat * 1.25, 2) AS revenue_incl_vat,
            if(vat = 'included', revenue_incl_vat, revenue_excl_vat) AS revenue,
            'ajour' AS source,
            []::VARCHAR[] AS locations,
            $missing::VARCHAR[] AS missing_locations,
            now() AS updated_at,
            'run' AS run_id
        """,
        {
            "day": day,
            "unit": unit,
            "department": department,
            "vat": vat,
            "excl_vat": excl_vat,
            "missing": list(missing),
        },
    )


def store_wages(connection: duckdb.DuckDBPyConnection, day: date, department: str, unit: str | None, cost: str) -> None:
    """Store a wage cost of one hour, without a run."""
    connection.execute(
        "INSERT INTO wage_costs VALUES (?, ?, ?, ?, 1, now(), 'run')", [day, department, unit, Decimal(cost)]
    )


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(duckdb.IOException),
    stop=tenacity.stop_after_delay(PATIENCE_SECONDS),
    wait=tenacity.wait_fixed(0.1),
    reraise=True,
)
def opened(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Open a warehouse as the runs do, as soon as none of them has it open."""
    return duckdb.connect(str(warehouse), config={"custom_user_agent": "dagster"})


def contents(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of a warehouse."""
    with opened(warehouse) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        return {table: connection.execute(f"FROM {table} ORDER BY ALL").fetchall() for (table,) in tables}


def execute(
    job: dg.JobDefinition, *, tags: dict[str, str] | None = None, instance: dg.DagsterInstance | None = None
) -> dg.ExecuteInProcessResult:
    """Execute a job in this process, on an instance that forgets everything unless another one is given."""
    if instance is None:
        with dg.DagsterInstance.ephemeral() as forgetful:
            return execute(job, tags=tags, instance=forgetful)
    return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def tags_of(instance: dg.DagsterInstance, run_id: str) -> Mapping[str, str]:
    """Return the tags of a run, as the instance has them by now."""
    run = instance.get_run_by_id(run_id)
    assert run
    return run.tags


@dataclass
class Company:
    """A folder with settings, wages and an Ajour: everything that a run needs."""

    folder: Path
    settings: Settings
    ajour: SqliteAjour
    always: dict[str, Any] = field(default_factory=dict, kw_only=True)
    """What its settings say, unless a test says otherwise."""

    @property
    def job_name(self) -> str:
        return f"{self.settings.name}_daily_revenue"

    def run(
        self, window: Window, *, tags: dict[str, str] | None = None, instance: dg.DagsterInstance | None = None
    ) -> dg.ExecuteInProcessResult:
        """Run the real job over a window of days, in this process."""
        job = build_definitions(self.settings).resolve_job_def(self.job_name)
        return execute(job, tags=window_tags(window) | (tags or {}), instance=instance)

    def fetch(self, window: Window) -> dg.ExecuteInProcessResult:
        """Fetch revenue and calculate that of units, for tests which look at nothing else of a run."""
        assets = ([self.settings.name, name] for name in ("ajour_locations", "raw_revenue", "unit_revenue"))
        return self.run_alone(dg.AssetSelection.assets(*assets).without_checks(), tags=window_tags(window))

    def check(self, name: str, *, tags: dict[str, str] | None = None) -> dg.AssetCheckEvaluation:
        """Execute one asset check alone, as the UI does it."""
        keys = build_definitions(self.settings).resolve_asset_graph().asset_check_keys
        [key] = [key for key in keys if key.name == name]
        [evaluation] = self.run_alone(dg.AssetSelection.checks(key), tags=tags).get_asset_check_evaluations()
        return evaluation

    def run_alone(
        self, selection: dg.AssetSelection, *, tags: dict[str, str] | None = None
    ) -> dg.ExecuteInProcessResult:
        """Run some assets or checks alone, as the UI does it."""
        job = dg.define_asset_job("alone", selection=selection)
        definitions = dg.Definitions.merge(build_definitions(self.settings), dg.Definitions(jobs=[job]))
        return execute(definitions.resolve_job_def(job.name), tags=tags)

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table of the warehouse."""
        return contents(self.settings.warehouse_file)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows of the warehouse."""
        with opened(self.settings.warehouse_file) as connection:
            return connection.execute(sql).fetchall()

    def change(self, sql: str) -> None:
        """Change rows of the warehouse, of which there must be some."""
        assert self.query(sql) != [(0,)]

    def reload(self, **changes: Any) -> None:  # noqa: ANN401 (YAML may hold anything)
        """Write other settings and load them."""
        self.settings = load_settings(write_settings(self.folder, **self.always | changes))

    def speak(self, language: Language) -> None:
        """Load settings with a language, which later ones have too where they say nothing else of reports."""
        self.always["report"] = {"language": language}
        self.reload()

    def activate(self, day: date) -> None:
        """Load settings with another activation date, and a task that starts on the day after it."""
        task = settings_dict()["task"] | {"start_date": day + timedelta(days=1)}
        self.reload(activation_date=day, task=task)


def cells(table: dg.TableMetadataValue) -> list[list[object]]:
    """Return the rows of a table in the metadata, cell by cell."""
    return [list(record.data.values()) for record in table.records]


def make_company(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Make a company in a folder, and let the environment lead to its Ajour."""
    ajour = SqliteAjour(folder / "ajour.sqlite")
    ajour.list_locations({"10": "Bar", "11": "Bar, first floor", "20": "Kitchen", "30": "Shop", "99": "Kitchen, new"})
    days = [*Window.back_from(LAST_DAY, days=45).days, LAST_DAY]
    ajour.sell_all(
        (day, location, Decimal(int(location) * 100) + Decimal(number) / 100)
        for number, day in enumerate(days)
        for location in ("10", "11", "20", "30", "99")
    )
    write_wages(
        folder / "wages.csv",
        [(day, "Vesterbro", unit, "400.00", "2.5") for day in days for unit in ("Bar", "Kitchen", "")]
        + [(day, "Aarhus", "Shop", "900.00", "5") for day in days],
    )
    for variable, value in ajour.environment.items():
        monkeypatch.setenv(variable, value)
    return Company(folder, load_settings(write_settings(folder)), ajour)


Talk = list[bytes]
"""What a server says to one request after the other, word by word."""


@dataclass
class Talking:
    """A server on a loopback port that says what the test wants, whatever it hears."""

    url: str
    heard: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextmanager
def talking_server(talk: Talk, *, for_ever: bytes = b"") -> Iterator[Talking]:
    """Say the next words to each request; then say `for_ever` again and again, until nobody listens any more."""
    words = iter(talk)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Talking(f"http://127.0.0.1:{listener.getsockname()[1]}/")

        def say() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                server.connections += 1
                with connection, suppress(OSError):
                    while heard := connection.recv(65536):
                        server.heard.append(heard)
                        connection.sendall(next(words, b""))
                        while for_ever:
                            connection.sendall(for_ever)
                            time.sleep(0.02)

        thread = threading.Thread(target=say)
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
