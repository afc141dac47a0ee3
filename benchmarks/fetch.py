"""A fetch of 31 days of 5,000 locations, from SQLite over ODBC, beside the least that does it, and what others do.

Ours checks every value against the contract, keeps money exact, keeps what was there before, and replaces the days in
one transaction; all others only bring the rows over. Run it alone with `python -m benchmarks.fetch`.
"""

import argparse
import importlib.util
import logging
import shutil
import sqlite3
import sys
import tempfile
import warnings
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
import pyodbc

from ajour_revenue.ajour.assets import STORE_RAW_REVENUE
from ajour_revenue.ajour.connection import BATCH_ROWS, AjourConnection
from ajour_revenue.days import Window
from ajour_revenue.revenue.unit_revenue import calculate_unit_revenue
from ajour_revenue.settings.model import DEFAULT_QUERIES, Settings
from ajour_revenue.wages.percentage import calculate_wage_percentage
from ajour_revenue.warehouse.connect import transaction
from ajour_revenue.warehouse.run import run
from benchmarks.measure import Step, in_turn, peak_megabytes, table_of

WINDOW = Window(date(2026, 1, 1), date(2026, 1, 31))
COMPANY_ID = "1"
SELECT = "SELECT business_date, location_id, revenue_incl_vat, revenue_excl_vat FROM daily_revenue"


WAGES = """
    DELETE FROM wage_costs;

    INSERT INTO wage_costs
    SELECT business_date, department, unit, round(revenue_excl_vat * 0.3, 2), 10, now(), 'benchmark'
    FROM unit_revenue;
"""


def settings_of(locations: int) -> Settings:
    """Give every ten locations to a unit, and every ten units to a department."""
    units = [
        {"name": f"Unit {n}", "department": f"Department {n // 10}", "locations": [str(10 * n + i) for i in range(10)]}
        for n in range(locations // 10)
    ]
    return Settings.model_validate(
        {
            "name": "benchmark",
            "activation_date": WINDOW.first_day,
            "task": {"start_date": WINDOW.first_day, "time": "07:00", "weekdays": ["monday"], "days_back": 7},
            "revenue": {"vat": "excluded", "overwrite_existing": True},
            "wages": {"source": "file", "file": "wages.csv"},
            "units": units,
        }
    )


def make_ajour(path: Path, locations: int) -> None:
    """Fill a SQLite database with a row per day and location."""
    with sqlite3.connect(path) as ajour:
        ajour.execute(
            "CREATE TABLE daily_revenue (company_id TEXT, business_date DATE, location_id TEXT, "
            "revenue_incl_vat TEXT, revenue_excl_vat TEXT)",
        )
        ajour.executemany(
            "INSERT INTO daily_revenue VALUES (?, ?, ?, ?, ?)",
            (
                (COMPANY_ID, day.isoformat(), str(location), f"{location * 5}.25", f"{location * 4}.20")
                for day in WINDOW.days
                for location in range(locations)
            ),
        )


def ours(ajour: Path, warehouse: Path) -> None:
    """Fetch as a run does."""
    source = AjourConnection(
        company_id=COMPANY_ID,
        user="user",
        password="password",  # noqa: S106 (SQLite has none)
        database=str(ajour),
        host="localhost",
        driver="SQLite3",
        port=1,
        options={},
        locations_query=str(DEFAULT_QUERIES / "locations.sql"),
        revenue_query=str(DEFAULT_QUERIES / "daily_revenue.sql"),
        login_timeout_seconds=20,
        query_timeout_seconds=600,
    )
    fetched = source.daily_revenue(WINDOW)
    with transaction(warehouse) as connection:
        connection.register("answer", fetched.reader())
        run(
            connection,
            STORE_RAW_REVENUE,
            company_id=COMPANY_ID,
            first_day=WINDOW.first_day,
            last_day=WINDOW.last_day,
            asked_at=fetched.asked_at,
            overwrite=True,
            run_id="benchmark",
        )


def chain(ajour: Path, warehouse: Path, settings: Settings) -> None:
    """Fetch, and calculate all that comes of it: unit revenue and wage percentages, with wages for every unit."""
    ours(ajour, warehouse)
    with transaction(warehouse) as connection:
        calculate_unit_revenue(connection, settings, WINDOW.days, run_id="benchmark")
        run(connection, WAGES)
        calculate_wage_percentage(connection, settings, WINDOW)


def only_read(ajour: Path) -> None:
    """Read the rows and forget them: what the driver takes, which holds all of its answer in memory."""
    with pyodbc.connect(f"DRIVER=SQLite3;Database={ajour}") as connection:
        answer = connection.execute(SELECT)
        while answer.fetchmany(BATCH_ROWS):
            pass


def bare(ajour: Path, warehouse: Path) -> None:
    """Fetch with nothing but pyodbc, pandas and DuckDB."""
    with pyodbc.connect(f"DRIVER=SQLite3;Database={ajour}") as connection:
        rows = connection.execute(SELECT).fetchall()
    frame = pd.DataFrame.from_records(
        rows, columns=["business_date", "location_id", "revenue_incl_vat", "revenue_excl_vat"]
    )
    _store(warehouse, frame)


def with_pandas(ajour: Path, warehouse: Path) -> None:
    """Fetch with pandas' own reader of databases."""
    with pyodbc.connect(f"DRIVER=SQLite3;Database={ajour}") as connection, warnings.catch_warnings():
        # It knows SQLAlchemy's connections best, and says so.
        warnings.simplefilter("ignore", UserWarning)
        frame = pd.read_sql(SELECT, connection)
    _store(warehouse, frame)


def with_arrow_odbc(ajour: Path, warehouse: Path) -> None:
    """Fetch as fast as ODBC gives rows: many at once, straight into Arrow's columns."""
    import arrow_odbc  # noqa: PLC0415 (where it is installed)

    reader = arrow_odbc.read_arrow_batches_from_odbc(SELECT, f"DRIVER=SQLite3;Database={ajour}", max_text_size=100)
    _store(warehouse, reader.into_pyarrow_record_batch_reader())


def with_dlt(backend: str, ajour: Path, warehouse: Path) -> None:
    """Fetch with dlt's source for databases, which reads SQLite without ODBC."""
    logging.getLogger("dlt").setLevel(logging.CRITICAL)
    import dlt  # noqa: PLC0415 (where it is installed)
    from dlt.sources.sql_database import sql_table  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "benchmark", pipelines_dir=folder, destination=dlt.destinations.duckdb(str(warehouse)), dataset_name="ajour"
        )
        table = sql_table(f"sqlite:///{ajour}", "daily_revenue", backend=backend, chunk_size=50_000)
        pipeline.run(table, write_disposition="replace")


def _store(warehouse: Path, rows: object) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.register("fetched", rows)
        connection.execute("CREATE OR REPLACE TABLE raw_revenue AS FROM fetched")


def steps(ajour: Path, folder: Path, settings: Settings) -> Iterator[tuple[str, Step]]:
    """Give what is measured."""
    with transaction(folder / "empty.duckdb"):
        pass

    def all_new() -> None:
        shutil.copy(folder / "empty.duckdb", folder / "new.duckdb")
        ours(ajour, folder / "new.duckdb")

    def to_wage_percentage() -> None:
        shutil.copy(folder / "empty.duckdb", folder / "chain.duckdb")
        chain(ajour, folder / "chain.duckdb", settings)

    yield "bare", lambda: bare(ajour, folder / "bare.duckdb")
    yield "ours, all rows new", all_new
    yield "ours, no row changed", lambda: ours(ajour, folder / "same.duckdb")
    yield "ours, all new, to `wage_percentage`", to_wage_percentage
    yield "pandas `read_sql`", lambda: with_pandas(ajour, folder / "pandas.duckdb")
    if importlib.util.find_spec("arrow_odbc"):
        yield "arrow-odbc", lambda: with_arrow_odbc(ajour, folder / "arrow.duckdb")
    if importlib.util.find_spec("dlt"):
        for backend in ("pyarrow", "pandas", "connectorx"):
            yield f"dlt, {backend}", partial(with_dlt, backend, ajour, folder / f"{backend}.duckdb")


def lines(*, smoke: bool) -> list[str]:
    """Measure, and return what README.md says of it."""
    locations, rounds, many = (20, 1, 200) if smoke else (5_000, 7, 322_581)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_ajour(folder / "ajour.sqlite", locations)
        ours(folder / "ajour.sqlite", folder / "same.duckdb")
        table = table_of(
            in_turn(dict(steps(folder / "ajour.sqlite", folder, settings_of(locations))), rounds=rounds), against="bare"
        )
        make_ajour(folder / "many.sqlite", many)
        this = [sys.executable, "-m", "benchmarks.fetch"]
        fetch = [*this, str(folder / "many.sqlite"), str(folder / "many.duckdb")]
        memory, driver = peak_megabytes(fetch), peak_megabytes([*fetch, "--only-read"])
    told = (
        f"Memory of {many * len(WINDOW.days):,} rows, all new: {memory - driver} MB above the {driver} MB of a process "
        "that has imported the same, reads the rows and forgets them (SQLite's driver holds all of them)."
    )
    return [f"{locations * len(WINDOW.days):,} rows, {rounds} rounds:", "", *table, "", told]


def main() -> None:
    """Print the figures; or fetch once, for a measure of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ajour", nargs="?", type=Path)
    parser.add_argument("warehouse", nargs="?", type=Path)
    parser.add_argument("--only-read", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    given = parser.parse_args()
    if given.warehouse is None:
        print("\n".join(lines(smoke=given.smoke)))
    elif given.only_read:
        only_read(given.ajour)
    else:
        ours(given.ajour, given.warehouse)


if __name__ == "__main__":
    main()
