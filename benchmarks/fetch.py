"""How long a large fetch takes against the least that could do it: 31 days of 5,000 locations, from SQLite over ODBC.

Run it with `.venv/bin/python benchmarks/fetch.py`. Ours checks every row against the contract, keeps money in decimals,
and replaces the days in one transaction; the bare way does none of that.
"""

import datetime as dt
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import duckdb
import pandas as pd
import pyodbc

from ajour_revenue.ajour.assets import STORE_RAW_REVENUE
from ajour_revenue.ajour.connection import AjourConnection
from ajour_revenue.days import Window
from ajour_revenue.settings.model import DEFAULT_QUERIES
from ajour_revenue.warehouse.connect import transaction
from ajour_revenue.warehouse.run import run

LOCATIONS = 5_000
WINDOW = Window(dt.date(2026, 1, 1), dt.date(2026, 1, 31))
COMPANY_ID = "1"
ROUNDS = 5


def make_ajour(path: Path) -> None:
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
                for location in range(LOCATIONS)
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
        query_timeout_seconds=20,
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


def bare(ajour: Path, warehouse: Path) -> None:
    """Fetch with nothing but pyodbc, pandas and DuckDB."""
    with pyodbc.connect(f"DRIVER=SQLite3;Database={ajour}") as connection:
        rows = connection.execute("SELECT * FROM daily_revenue").fetchall()
    frame = pd.DataFrame.from_records(
        rows,
        columns=["company_id", "business_date", "location_id", "revenue_incl_vat", "revenue_excl_vat"],
    )
    with duckdb.connect(str(warehouse)) as connection:
        connection.register("frame", frame)
        connection.execute("CREATE OR REPLACE TABLE raw_revenue AS FROM frame")


def seconds(fetch: Callable[[Path, Path], None], ajour: Path, warehouse: Path) -> float:
    """Return how long one fetch takes."""
    start = time.perf_counter()
    fetch(ajour, warehouse)
    return time.perf_counter() - start


def main() -> None:
    """Run both in turn, and print the medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        ajour = Path(folder) / "ajour.sqlite"
        make_ajour(ajour)
        pairs = [
            (seconds(ours, ajour, Path(folder) / "ours.duckdb"), seconds(bare, ajour, Path(folder) / "bare.duckdb"))
            for _ in range(ROUNDS)
        ]
    print(f"{LOCATIONS * len(WINDOW.days):,} rows, {ROUNDS} rounds")
    print(f"ours {median(pair[0] for pair in pairs):.2f} s, bare {median(pair[1] for pair in pairs):.2f} s")
    print(f"ours / bare: {median(pair[0] / pair[1] for pair in pairs):.2f}")


if __name__ == "__main__":
    main()
